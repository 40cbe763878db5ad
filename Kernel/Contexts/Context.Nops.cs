using AioV2.Abi;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

/// <remarks>A NOP that asks for nothing costs what the call and the ring cost: it is judged by five comparisons and ends where its
/// event has a place in the ring. Its slot would be taken and given back in one step (RING-9), so that it needs no block.
/// A third of the time of a run of them, and half the time of a single one. Where there is no place, its user_data goes on the
/// list, eight bytes beside those of its neighbours (<see cref="NopRun"/>): a storm of them meets the caches, not the memory.</remarks>
internal sealed unsafe partial class Context
{
    // Those at the front of a run: the bytes of as many as there are slots for. 0 where something stands in the way; the long way
    // knows what.
    private int EndBareNops(byte* run, int bytes)
    {
        var found = CountBareNops(run, bytes);
        if (found == 0)
        {
            return 0;
        }

        Waiter* roused = null;
        EventFdSignal? signal = null;
        var ended = 0;
        _lock.Enter();

        // A completion pass like any other (RING-7).
        Drain();
        if (_freeSlots != 0 && !_dying)
        {
            var firstId = _nextId;
            ended = _list.IsEmpty && !_moving && !IsDirect ? PutPlain((Iocb2*)run, null, found) : 0;
            _nextId += (ulong)ended;
            var listed = ended == found ? 0 : ListNops((Iocb2*)run + ended, found - ended);
            ended += listed;
            if (ended != 0)
            {
                PublishPosted((uint)listed);
                if (_trace is not null)
                {
                    TraceAdmitted(firstId, null, ended, ended);
                }

                roused = WakeReady();
                signal = SignalOfPass();
            }
        }

        _lock.Exit();
        AfterPass(signal, roused);
        return ended * Iocb2.SizeOf;
    }

    // Events that tell a result and nothing more, unpublished, as far as there is room in the ring.
    private int PutPlain(Iocb2* iocbs, long* results, int count)
    {
        var put = 0;
        for (int run; put < count && (run = ReserveEvents(IoEvent2.SizeOf, count - put, out var place)) != 0; put += run)
        {
            for (var i = 0; i < run; i++)
            {
                ((IoEvent2*)place)[i] = new IoEvent2
                {
                    Bytes = IoEvent2.SizeOf,
                    UserData = iocbs[put + i].UserData,
                    Res = results == null ? 0 : results[put + i],
                };
            }
        }

        return put;
    }

    // On the list, each with its slot, as far as there are slots and memory.
    private int ListNops(Iocb2* iocbs, int count)
    {
        count = (int)Math.Min(count, _freeSlots);
        var listed = 0;
        while (listed < count && RunWithRoom() is var run && run != null)
        {
            var added = NopRun.Append(run, iocbs + listed, count - listed);
            _list.EventBytes += (ulong)added * IoEvent2.SizeOf;
            _freeSlots -= added;
            _nextId += (ulong)added;
            listed += added;
        }

        return listed;
    }

    // The run at the end of the list, if the next NOP follows its last, or a new one; null where memory is out.
    private Request* RunWithRoom()
    {
        var last = _list.Last;
        var goesOn = last != null && (last->Traits & RequestTraits.Run) != 0 && NopRun.GoesOnWith(last, _nextId);
        if (goesOn && NopRun.HasRoom(last))
        {
            return last;
        }

        var run = _slab.TryTake(goesOn ? NopRun.ClassBehind(last) : 0);
        if (run != null)
        {
            NopRun.Begin(run, _nextId);
            _outstanding.Add(run);
            _list.Append(run);
        }

        return run;
    }

    // Events of the list's first, a run, as far as there is room in one piece; unpublished. False: there is none.
    private bool TryPutNops(Request* run)
    {
        var count = ReserveEvents(IoEvent2.SizeOf, NopRun.Of(run)->Count, out var place);
        if (count == 0)
        {
            return false;
        }

        NopRun.Write(run, 0, count, (IoEvent2*)place);
        _list.Shorten(count);
        FreeNops(run, count);
        return true;
    }

    // Events at a run's front are delivered: their slots come back, and with the last the block.
    private void FreeNops(Request* run, int count)
    {
        _freeSlots += count;
        NopRun.Drop(run, count);
        if (NopRun.Of(run)->Count == 0)
        {
            run->State = (int)RequestState.Free;
            _outstanding.Remove(run);
            _slab.Return(run);
        }
    }

    // At most as many as one hold of the lock may take.
    private static int CountBareNops(byte* run, int bytes)
    {
        var most = Math.Min(bytes / Iocb2.SizeOf, ChunkRecords);
        var count = 0;
        // An iocb's words: bytes, flags and opcode; user_data; fd and rw_flags; addr; len; offset.
        for (var words = (ulong*)run; count < most; words += Iocb2.SizeOf / sizeof(ulong), count++)
        {
            if (((words[0] ^ NopRun.BareNop) | words[2] | words[3] | words[4] | words[5]) != 0)
            {
                break;
            }
        }

        return count;
    }
}
