using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;
using AioV2.Kernel.Tracing;

namespace AioV2.Kernel.Contexts;

/// <remarks>What a recorded context tells, under its lock: who got a slot, who has ended, and how ring and list stand whenever they
/// have changed. One that is not recorded pays a test of <see cref="_trace"/> for each pass.</remarks>
internal sealed unsafe partial class Context
{
    // Of a request that is recorded and was not begun.
    private const long NotIssued = -1;

    private TraceStream? _trace;
    private ulong _tracedHead, _tracedTail, _tracedList;
    private uint _tracedFlags;

    /// <summary>What this context tells, or null.</summary>
    public TraceStream? Trace => _trace;

    /// <summary>At set-up, with the id, before anybody knows it.</summary>
    public void UseTrace(TraceStream trace)
    {
        _trace = trace;
        TraceRing(MonotonicClock.Now, always: true);
    }

    // A chunk was admitted: requests from a number on, some of which have ended; all of them where there are no plans.
    private void TraceAdmitted(ulong first, RecordPlan* plans, int count, int ended)
    {
        // ACCEPT, COMPLETE, RING, and the SUBMIT of who does not follow either.
        const int Entries = 4;
        if (!_trace!.Follows)
        {
            _trace.MissLocked(Entries);
            return;
        }

        var now = MonotonicClock.Now;
        var entry = _trace.Begin(Aio2TraceKind.Accept, now);
        if (entry != null)
        {
            entry[Aio2TraceAccept.Time] = (ulong)now;
            entry[Aio2TraceAccept.Thread] = TraceStream.Thread;
            entry[Aio2TraceAccept.Ctx] = Id;
            entry[Aio2TraceAccept.First] = first;
            entry[Aio2TraceAccept.Count] = (ulong)count;
            _trace.End();
        }

        for (int from = 0, to; ended != 0 && from < count; from = to)
        {
            for (to = from; to < count && (plans == null || plans[to].EndsAtOnce); to++)
            {
            }

            if (to != from)
            {
                TraceEnded(now, first + (ulong)from, (ulong)(to - from), 0);
            }
            else
            {
                to++;
            }
        }

        TraceRing(now);
    }

    private void TraceEnded(long now, ulong first, ulong count, long issued)
    {
        var entry = _trace!.Begin(Aio2TraceKind.Complete, now);
        if (entry != null)
        {
            entry[Aio2TraceComplete.Time] = (ulong)now;
            entry[Aio2TraceComplete.Thread] = TraceStream.Thread;
            entry[Aio2TraceComplete.Ctx] = Id;
            entry[Aio2TraceComplete.First] = first;
            entry[Aio2TraceComplete.Count] = count;
            entry[Aio2TraceComplete.Issued] = (ulong)Math.Max(0, issued);
            _trace.End();
        }
    }

    // Before a chain is posted, which gives its blocks back: the time of the pass, or 0 while the writer does not follow.
    private long TraceChain(Request* r)
    {
        if (!_trace!.Follows)
        {
            _trace.MissLocked(2);
            return 0;
        }

        var now = MonotonicClock.Now;
        while (r != null)
        {
            // What was never begun by an engine goes together.
            var first = r;
            ulong count = 1;
            for (r = r->Next; r != null && r->Id == first->Id + count && r->TraceIssued <= 0 && first->TraceIssued <= 0; r = r->Next)
            {
                count++;
            }

            TraceEnded(now, first->Id, count, first->TraceIssued);
        }

        return now;
    }

    private void TraceRing()
    {
        if (_trace!.Follows)
        {
            TraceRing(MonotonicClock.Now);
        }
        else
        {
            _trace.MissLocked(1);
        }
    }

    // Ring and list as they stand, if that has changed; with what the kernel has put into the ring since.
    private void TraceRing(long now, bool always = false)
    {
        ulong head = 0, tail = 0;
        uint flags = 0;
        if (_ring is { } ring)
        {
            var memory = _moving ? _oldMemory! : _memory!;

            // For the record only: what the kernel decides on it loads for itself, and judges (RING-5).
            head = Volatile.Read(ref ((Aio2RingUser*)(memory.Kernel + memory.Layout.UserOffset))->Head);
            (tail, flags) = (ring.Tail, ring.Flags);
        }

        if (!always && head == _tracedHead && tail == _tracedTail && flags == _tracedFlags && _list.EventBytes == _tracedList)
        {
            return;
        }

        var bytes = tail - _tracedTail;
        var ringBytes = _ring?.RingBytes ?? 0;
        bytes = bytes <= ringBytes ? bytes : 0;
        var entry = _trace!.Begin(Aio2TraceKind.Ring, now, TraceStream.RoomFor((long)bytes));
        if (entry != null)
        {
            entry[Aio2TraceRing.Time] = (ulong)now;
            entry[Aio2TraceRing.Thread] = TraceStream.Thread;
            entry[Aio2TraceRing.Ctx] = Id;
            entry[Aio2TraceRing.Head] = head;
            entry[Aio2TraceRing.Tail] = tail;
            entry[Aio2TraceRing.Flags] = flags;
            entry[Aio2TraceRing.List] = _list.EventBytes;
            TraceEvents(TraceStream.Blobs(entry, Aio2TraceKind.Ring), tail - bytes, (int)bytes);
            _trace.End();
        }

        (_tracedHead, _tracedTail, _tracedFlags, _tracedList) = (head, tail, flags, _list.EventBytes);
    }

    // The ring's content from a position on, in one run although it may go over the ring's end.
    private void TraceEvents(byte* at, ulong from, int bytes)
    {
        if (bytes == 0)
        {
            _ = _trace!.Append(at, null, 0);
            return;
        }

        var data = _memory!.Kernel + _memory.Layout.DataOffset;
        var index = (int)(from & (_ring!.RingBytes - 1));
        var first = Math.Min(bytes, (int)_ring.RingBytes - index);
        _trace!.Append(at, data + index, first, data, bytes - first);
    }

    /// <summary>io_submit2 has a result.</summary>
    public void TraceSubmit(long began, long result, nuint bytes, byte* run, int runBytes, in Aio2Extack report)
    {
        var ended = MonotonicClock.Now;
        var entry = _trace!.Begin(Aio2TraceKind.Submit, ended, TraceStream.RoomFor(runBytes));
        if (entry != null)
        {
            TracedCalls.Head(entry, began, ended, result);
            entry[Aio2TraceSubmit.Ctx] = Id;
            entry[Aio2TraceSubmit.Bytes] = bytes;
            entry[Aio2TraceSubmit.Reason] = report.Reason;
            entry[Aio2TraceSubmit.RecordOffset] = report.RecordOffset;
            entry[Aio2TraceSubmit.FieldOffset] = report.FieldOffset;
            _ = _trace.Append(TraceStream.Blobs(entry, Aio2TraceKind.Submit), run, runBytes);
            _trace.End();
        }
    }
}
