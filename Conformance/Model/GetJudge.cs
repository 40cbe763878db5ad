using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Model;

/// <summary>Judges what gives events: io_getevents2, reaping from the ring, and draining (GET-1…4, RING-2, 3, 6, 7).</summary>
internal sealed class GetJudge(AioModel model, Tally tally)
{
    // A clock read around the call may stand a little before the one inside it.
    private const long ClockSlackNs = 200_000;

    /// <summary>Judges io_getevents2 on a context that lives.</summary>
    public Violation? Get(GetStep s, in Answer answer, ModelContext context)
    {
        if (WaitRules.Arguments(s, out long timeout) is { } refused)
        {
            tally.Pass(refused.Requirement);
            return answer.Result == -refused.Errno ? null
                : answer.Result == -Errno.EFAULT && s.At != Pointer.Good ? null
                : new Violation(refused.Requirement, $"io_getevents2 gave {answer.Result}, not -{refused.Errno}");
        }

        uint writable = s.At == Pointer.Good ? Math.Min(s.Good, s.Bytes) : 0;
        return answer.Result < 0 ? Refused(s, answer, context, writable) : Taken(s, answer, context, writable, timeout);
    }

    private Violation? Refused(GetStep s, in Answer answer, ModelContext context, uint writable)
    {
        bool waiting = context.Outstanding.Any(r => r.Completion != Completion.Blocked);
        if (answer.Result == -Errno.EMSGSIZE)
        {
            tally.Pass("GET-3");
            bool large = context.Outstanding.Any(r => r.Completion != Completion.Blocked && r.EventBytes > s.Bytes);
            return large ? null : new Violation("GET-3", $"-EMSGSIZE for {s.Bytes} bytes, and no event is larger");
        }

        if (answer.Result == -Errno.EFAULT)
        {
            tally.Pass("GET-4");
            bool faults = s.At != Pointer.Good && s.Bytes > 0
                || (waiting && context.Outstanding.Any(r => r.Completion != Completion.Blocked && r.EventBytes > writable));
            return faults ? null : new Violation("GET-4", $"-EFAULT, though {writable} bytes can be written");
        }

        return new Violation("ERR-1", $"io_getevents2 gave {answer.Result}");
    }

    private Violation? Taken(GetStep s, in Answer answer, ModelContext context, uint writable, long timeout)
    {
        long result = answer.Result;
        if (result > writable)
        {
            return new Violation("GET-1", $"{result} bytes in a buffer of {writable}");
        }

        if (s.Bytes == 0)
        {
            tally.Pass("GET-1");
            return result == 0 ? null : new Violation("GET-1", $"{result} bytes without a buffer");
        }

        int most = context.Outstanding.Count == 0 ? IoEvent2.SizeOf : context.Outstanding.Max(r => r.EventBytes);
        if (Events(answer.Out, context) is { } broken)
        {
            return broken;
        }

        tally.Pass("GET-1");
        bool full = writable - result < Math.Max(most, IoEvent2.SizeOf);
        if (result >= s.MinBytes || (full && result > 0) || s.Bytes < IoEvent2.SizeOf)
        {
            return null;
        }

        // Less than was asked for, with room left: only the end of the timeout allows that.
        tally.Pass("GET-2");
        return answer.Head.ElapsedNs + ClockSlackNs >= timeout
            ? null
            : new Violation("GET-1", $"{result} bytes after {answer.Head.ElapsedNs} ns, though {s.MinBytes} were to be waited for");
    }

    /// <summary>Judges events that came, whichever way.</summary>
    public Violation? Events(ReadOnlySpan<byte> events, ModelContext context)
    {
        while (events.Length > 0)
        {
            if (EventRules.Framing(events, context.Params.MaxEventBytes) is { } framing)
            {
                return framing;
            }

            var e = MemoryMarshal.Read<IoEvent2>(events);
            var record = events[..(int)e.Bytes];
            if (Deliver(record, e, context) is { } broken)
            {
                return broken;
            }

            events = events[(int)e.Bytes..];
        }

        return null;
    }

    private Violation? Deliver(ReadOnlySpan<byte> record, in IoEvent2 e, ModelContext context)
    {
        ModelRequest? found = null;
        Violation? first = null;
        foreach (var request in context.Outstanding)
        {
            if (request.UserData != e.UserData)
            {
                continue;
            }

            var broken = EventRules.Check(record, request);
            if (broken is null)
            {
                found = request;
                break;
            }

            first ??= broken;
        }

        if (found is null)
        {
            return first ?? new Violation("RING-6", $"an event of user_data 0x{e.UserData:x}, which nothing outstanding has");
        }

        tally.Pass("RING-6");
        tally.Pass("ABI-2");
        if ((e.Flags & (Aio2EventFlags.More | Aio2EventFlags.Level)) != 0)
        {
            tally.Pass("SUBMIT-8");
            return null;
        }

        tally.Pass("SUBMIT-7");
        foreach (var r in found.Returns)
        {
            tally.Pass("ATTR-2");
            tally.Pass(r.Applies ? "ATTR-7" : "ATTR-3");
        }

        model.Deliver(context, found, e.Res);
        return null;
    }

    /// <summary>Judges a look at the ring.</summary>
    public Violation? Ring(in Answer answer, ModelContext context)
    {
        var head = answer.Head;
        if (head.HasRing == 0)
        {
            return null;
        }

        tally.Pass("RING-2");
        if (head.Anomaly != RingAnomaly.None)
        {
            string requirement = head.Anomaly == RingAnomaly.Positions ? "RING-2" : "RING-3";
            return new Violation(requirement, $"the ring shows bad {head.Anomaly}: head {head.Head}, tail {head.Tail}");
        }

        if (head.Tail < head.Head || head.Tail - head.Head > context.Params.RingBytes || (head.Tail | head.Head) % Aio2.Align != 0)
        {
            return new Violation("RING-2", $"head {head.Head} and tail {head.Tail} in a ring of {context.Params.RingBytes} bytes");
        }

        uint unexpected = head.RingFlags & ~Aio2RingFlags.Overflow;
        return unexpected == 0 ? null : new Violation("RING-5", $"flags 0x{head.RingFlags:x} on a ring that nobody spoilt");
    }

    /// <summary>Judges the end of a drain: everything that was owed when it began has come.</summary>
    public Violation? Drained(DrainStep s, in Answer answer, ModelContext context)
    {
        tally.Pass("RING-6");
        tally.Pass("GET-1");
        return answer.Result >= s.Owed || context.Owed < s.Owed
            ? null
            : new Violation("RING-6", $"{s.Owed - answer.Result} event(s) never came, first of user_data 0x{context.Outstanding.First(r => r.Completion == Completion.Certain).UserData:x}; {answer.Result} did");
    }
}
