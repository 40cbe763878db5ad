using AioV2.Abi;
using AioV2.Kernel.Engines;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Contexts;

/// <remarks>A PREAD that asks for nothing and whose data the page cache holds ends inside the call (<see cref="HotFile"/>). Such
/// reads at the front of a run are judged by a few comparisons, made, and their events written where they stand in the ring: there
/// is no block of memory for each, which the copied data would push out of the first cache between one step and the next. Only an
/// event that goes to the list has one. The first read that cannot end so is left to the long way, and with it all behind it.</remarks>
internal sealed unsafe partial class Context
{
    // The bytes of those that have ended.
    private int EndHotReads(byte* run, int bytes, ref DescriptorTable descriptors)
    {
        var iocbs = (Iocb2*)run;
        var most = CountPlainReads(iocbs, bytes);
        if (most == 0 || _trace is not null || _caller is not null || !Kernel.Engine.EndsReadsInline)
        {
            return 0;
        }

        // A request for which there is no slot must leave its buffer alone. None is taken yet: what is refused in the end would have
        // kept it from others (RING-9). Where others take the last ones meanwhile, the long way says so.
        var slots = (int)Math.Min(most, Volatile.Read(ref _freeSlots));
        var results = stackalloc long[slots];
        var read = 0;
        var attempt = default(HotFile);
        while (read < slots && attempt.TryRead(iocbs + read, ref descriptors, out results[read]))
        {
            read++;
        }

        return read == 0 ? 0 : PostReads(iocbs, results, read) * Iocb2.SizeOf;
    }

    private static int CountPlainReads(Iocb2* iocbs, int bytes)
    {
        var most = Math.Min(bytes / Iocb2.SizeOf, ChunkRecords);
        var count = 0;
        while (count < most && InlineRead.IsPlain(iocbs + count))
        {
            count++;
        }

        return count;
    }

    // A completion pass like any other (RING-7): how many reads have ended, as far as there are slots and, for events that find no
    // room in the ring, memory. Of one whose event has a place its slot is taken and given back in one step (RING-9).
    private int PostReads(Iocb2* iocbs, long* results, int read)
    {
        _lock.Enter();
        Drain();
        var posted = _freeSlots != 0 && !_dying && _list.IsEmpty && !_moving && !IsDirect ? PutReads(iocbs, results, read) : 0;
        _nextId += (ulong)posted;
        var overflowed = 0;
        while (posted + overflowed < read && TryList(iocbs + posted + overflowed, results[posted + overflowed]))
        {
            overflowed++;
        }

        var ended = posted + overflowed;
        Waiter* roused = null;
        EventFdSignal? signal = null;
        if (ended != 0)
        {
            PublishPosted((uint)overflowed);
            roused = WakeReady();
            signal = SignalOfPass();
        }

        _lock.Exit();
        AfterPass(signal, roused);
        return ended;
    }

    // Their events, unpublished, as far as there is room in the ring.
    private int PutReads(Iocb2* iocbs, long* results, int read)
    {
        var posted = 0;
        while (posted < read)
        {
            var run = _ring!.ReserveRun(IoEvent2.SizeOf, read - posted, out var place);
            if (run == 0)
            {
                break;
            }

            NotePlace(place, (uint)run * IoEvent2.SizeOf);
            for (var e = (IoEvent2*)place; run != 0; run--, posted++, e++)
            {
                *e = new IoEvent2 { Bytes = IoEvent2.SizeOf, UserData = iocbs[posted].UserData, Res = results[posted] };
            }
        }

        return posted;
    }

    // A read whose event goes to the list: there it needs a block, and its slot.
    private bool TryList(Iocb2* iocb, long result)
    {
        var plan = new RecordPlan { IocbBytes = Iocb2.SizeOf, EventBytes = IoEvent2.SizeOf, Descriptor = -1, Segments = 1, DataBytes = iocb->Len };
        if (TryAdmit((byte*)iocb, plan, default, out var r) != 0)
        {
            return false;
        }

        _outstanding.Add(r);
        r->Res = result;
        RequestHooks.AtComplete(r);
        _ = Post(r);
        return true;
    }
}
