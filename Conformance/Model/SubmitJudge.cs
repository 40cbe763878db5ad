using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;

namespace AioV2.Conformance.Model;

/// <summary>Judges io_submit2: what was accepted, why it stopped, and what ext says (SUBMIT-1…5, ATTR-1…6, RING-9).</summary>
internal sealed class SubmitJudge(AioModel model, Tally tally)
{
    private static readonly Refusal NoSlot = new(Aio2Reason.NoSlot, -1, "RING-9");

    /// <summary>Judges a submission to a context that lives.</summary>
    public Violation? Judge(SubmitStep s, in Answer answer, ModelContext context)
    {
        if (CallRefusal(s) is { } refused)
        {
            tally.Pass(refused.Requirement);
            bool nothing = s.Iocbs.Length == 0 && answer.Result == 0;
            return answer.Result == -refused.Errno || nothing ? null
                : new Violation(refused.Requirement, $"io_submit2 gave {answer.Result}, not -{refused.Errno}");
        }

        if (answer.Result > s.Iocbs.Length)
        {
            return new Violation("SUBMIT-1", $"{answer.Result} bytes accepted of {s.Iocbs.Length}");
        }

        return Walk(s, answer, context);
    }

    private static SetupRules.Answer? CallRefusal(SubmitStep s)
    {
        if (s.At != Pointer.Good && !(s.At == Pointer.ReadOnly && s.Iocbs.Length == 0))
        {
            // The read-only page can be read: zeroes, whose first record is too short.
            return s.At == Pointer.ReadOnly ? new(Errno.EINVAL, "SUBMIT-3") : new(Errno.EFAULT, "ERR-1");
        }

        if (s.Ext == Pointer.Null)
        {
            return null;
        }

        if (s.Ext is Pointer.Guard or Pointer.NonCanonical)
        {
            return new(Errno.EFAULT, "SUBMIT-5");
        }

        // The read-only page says size 0; whether that or the store is noticed first is left open.
        return s.Ext == Pointer.ReadOnly || s.ExtSize < Aio2Extack.FirstSizeOf ? new(Errno.EINVAL, "SUBMIT-5")
            : s.ExtSize > Aio2.StructMax ? new(Errno.E2BIG, "SUBMIT-5")
            : null;
    }

    private Violation? Walk(SubmitStep s, in Answer answer, ModelContext context)
    {
        ReadOnlySpan<byte> iocbs = s.Iocbs.AsSpan(0, (int)Math.Min(s.Iocbs.Length, Aio2.SubmitMax));
        long accepted = Math.Max(answer.Result, 0);
        var (offending, at) = (new List<Refusal>(), -1);
        int position = 0;
        bool unclear = false;
        while (position < iocbs.Length)
        {
            var reading = model.Submit.Read(iocbs[position..], context.Params.MaxEventBytes);
            if (position < accepted)
            {
                if (Accepted(reading, iocbs[position..], context, out bool refusedByEvent) is { } broken)
                {
                    return broken;
                }

                if (refusedByEvent && at < 0)
                {
                    (offending, at) = ([.. reading.Refusals], position);
                }

                unclear |= context.SubmitAll && !reading.MustBeAccepted && !reading.MustBeRefused;

                position += reading.Bytes;
                continue;
            }

            var reasons = Stops(reading, context);
            if (position > accepted || reasons.Count == 0)
            {
                return new Violation("SUBMIT-1", $"{answer.Result} answered, but the record at {position} is valid and a slot is free");
            }

            foreach (var reason in reasons)
            {
                tally.Pass(reason.Requirement);
            }

            if (at < 0)
            {
                (offending, at) = (reasons, position);
            }

            return First(answer, accepted, reasons) ?? (unclear ? null : Ext(s, answer, offending, at));
        }

        tally.Pass("SUBMIT-1");
        return position != accepted && !(answer.Result == 0 && iocbs.Length == 0)
            ? new Violation("SUBMIT-1", $"{answer.Result} answered for {iocbs.Length} bytes of valid records")
            : unclear ? null : Ext(s, answer, offending, at);
    }

    private static Violation? First(in Answer answer, long accepted, List<Refusal> reasons)
    {
        if (accepted > 0)
        {
            return null;
        }

        return answer.Result < 0 && Allow(reasons, answer.Result)
            ? null
            : new Violation(reasons[0].Requirement, $"the first record is refused with {answer.Result}, not -{reasons[0].Errno} ({Aio2Reason.NameOf(reasons[0].Reason)})");
    }

    private static bool Allow(List<Refusal> reasons, long result) => reasons.Exists(r => r.Errno == -result);

    private Violation? Accepted(RecordReading reading, ReadOnlySpan<byte> rest, ModelContext context, out bool refusedByEvent)
    {
        refusedByEvent = false;
        bool mayEvent = context.SubmitAll && !reading.BadFraming && reading.Refusals.Any(r => r.Errno is not (Errno.EFAULT or Errno.EAGAIN));
        if (reading.MustBeRefused && !mayEvent)
        {
            var first = reading.Refusals[0];
            return new Violation(first.Requirement, $"a record was accepted that must be refused: {Aio2Reason.NameOf(first.Reason)}");
        }

        if (context.SlotsLeast >= context.Params.NrReqs)
        {
            return new Violation("RING-9", $"accepted with all {context.Params.NrReqs} slots taken");
        }

        if (!mayEvent)
        {
            model.Accept(context, reading.Request!);
            return null;
        }

        refusedByEvent = reading.MustBeRefused;
        var errnos = reading.Refusals.Select(r => r.Errno).Where(e => e is not (Errno.EFAULT or Errno.EAGAIN));
        if (reading.Request is { } request)
        {
            request.RefusalErrnos.AddRange(errnos);
            model.Accept(context, request);
            return null;
        }

        var refused = new ModelRequest
        {
            UserData = MemoryMarshal.Read<Iocb2>(rest).UserData, Op = Aio2Catalog.Ops[0], Returns = [], ResultMax = -1, Refused = true,
        };
        refused.Errnos.AddRange(errnos);
        model.Accept(context, refused);
        return null;
    }

    private static List<Refusal> Stops(RecordReading reading, ModelContext context)
    {
        var reasons = new List<Refusal>();
        foreach (var refusal in reading.Refusals)
        {
            if (!context.SubmitAll || reading.BadFraming || refusal.Errno == Errno.EFAULT)
            {
                reasons.Add(refusal);
            }
        }

        if (context.SlotsMost >= context.Params.NrReqs && (!reading.MustBeRefused || context.SubmitAll))
        {
            reasons.Add(NoSlot);
        }

        return reasons;
    }

    private Violation? Ext(SubmitStep s, in Answer answer, List<Refusal> offending, int at)
    {
        if (s.Ext != Pointer.Good)
        {
            return null;
        }

        tally.Pass("SUBMIT-5");
        var ext = MemoryMarshal.Read<Aio2Extack>(answer.Out);
        if (at < 0)
        {
            return (ext.Reason, ext.Error, ext.RecordOffset, ext.FieldOffset, ext.Reserved) == (0u, 0, 0ul, 0ul, 0u)
                ? null
                : new Violation("SUBMIT-5", $"ext says reason {ext.Reason} where nothing was refused");
        }

        foreach (var refusal in offending)
        {
            bool field = refusal.FieldOffset < 0
                ? ext.FieldOffset >= (ulong)at && ext.FieldOffset <= (ulong)s.Iocbs.Length
                : ext.FieldOffset == (ulong)(at + refusal.FieldOffset);
            if (ext.Reason == refusal.Reason && ext.Error == -refusal.Errno && ext.RecordOffset == (ulong)at && field && ext.Reserved == 0)
            {
                return null;
            }
        }

        string wanted = string.Join(" or ", offending.Select(r => $"{Aio2Reason.NameOf(r.Reason)} at {at}+{r.FieldOffset}"));
        string requirement = offending.Any(r => r.Reason == ext.Reason) ? "SUBMIT-5" : offending[0].Requirement;
        return new Violation(requirement, $"ext says {Aio2Reason.NameOf(ext.Reason)} ({ext.Error}) at {ext.RecordOffset}, field {ext.FieldOffset}; it should say {wanted}");
    }
}
