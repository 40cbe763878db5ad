using AioV2.Abi;

namespace AioV2.Kernel.Contexts;

/// <remarks>A NOP that asks for nothing costs what the call and the ring cost: it is judged by five comparisons and ends where its
/// event has a place in the ring. Its slot would be taken and given back in one step (RING-9), so that it needs no block.
/// A third of the time of a run of them, and half the time of a single one.</remarks>
internal sealed unsafe partial class Context
{
    // An iocb's words: bytes, flags and opcode; user_data; fd and rw_flags; addr; len; offset.
    private const ulong BareNop = Iocb2.SizeOf | ((ulong)Aio2Op.Nop << 48);

    // Those at the front of a run, or as many as find room in one piece: their bytes. 0 where something stands in the way; the
    // long way knows what.
    private int EndBareNops(byte* run, int bytes)
    {
        var found = _ring is null ? 0 : CountBareNops(run, bytes);
        if (found == 0)
        {
            return 0;
        }

        Waiter* roused = null;
        EventFdSignal? signal = null;
        byte* place = null;
        _lock.Enter();

        // A completion pass like any other (RING-7).
        Drain();
        var isFree = _freeSlots != 0 && !_dying && !_moving && _list.IsEmpty;
        var ended = isFree ? _ring!.ReserveRun(IoEvent2.SizeOf, found, out place) : 0;
        if (ended != 0)
        {
            NotePlace(place, (uint)ended * IoEvent2.SizeOf);
            for (var i = 0; i < ended; i++)
            {
                ((IoEvent2*)place)[i] = new IoEvent2 { Bytes = IoEvent2.SizeOf, UserData = ((Iocb2*)run)[i].UserData };
            }

            _ring!.Publish();
            if (_trace is not null)
            {
                TraceAdmitted(_nextId, null, ended, ended);
            }

            _nextId += (ulong)ended;
            roused = WakeReady();
            signal = SignalOfPass();
        }

        _lock.Exit();
        AfterPass(signal, roused);
        return ended * Iocb2.SizeOf;
    }

    // At most as many as one hold of the lock may take.
    private static int CountBareNops(byte* run, int bytes)
    {
        var most = Math.Min(bytes / Iocb2.SizeOf, ChunkRecords);
        var count = 0;
        for (var words = (ulong*)run; count < most; words += Iocb2.SizeOf / sizeof(ulong), count++)
        {
            if (((words[0] ^ BareNop) | words[2] | words[3] | words[4] | words[5]) != 0)
            {
                break;
            }
        }

        return count;
    }
}
