using AioV2.Abi;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

internal sealed unsafe partial class Context
{
    // Holds the largest record, 24 + AIO2_IOCB_MAX bytes, and many small ones.
    private const int ListStageBytes = 8192;

    /// <summary>Describes requests in the order of submission: bytes written, <c>-EMSGSIZE</c> or <c>-EFAULT</c> (LIST-1).
    /// The caller is inside.</summary>
    /// <param name="from">The cursor: one more than the number of the last request told, or 0. Any other value is a place too,
    /// since it is only compared.</param>
    /// <param name="buffer">The user's buffer.</param>
    /// <param name="bytes">Room there.</param>
    /// <param name="next">The cursor for the next call; 0 at the end.</param>
    /// <remarks>The requests are staged under the lock and copied to the user without it.</remarks>
    public long List(ulong from, ulong buffer, ulong bytes, out ulong next)
    {
        _ = RunDeferred();
        var stage = stackalloc byte[ListStageBytes];
        ulong total = 0;
        next = from;
        OutstandingWalk walk;
        _lock.Enter();
        var end = _nextId;
        _outstanding.Begin(&walk);
        while (true)
        {
            var isFull = Stage(&walk, end, ref next, stage, bytes - total, out var staged);
            _lock.Exit();
            var fault = Kernel.Memory.CopyOut(buffer + total, stage, (nuint)staged);
            total += (ulong)staged;
            _lock.Enter();
            var isEnd = walk.Next == null || walk.Next->Id >= end;
            if (fault == 0 && !isEnd && !isFull)
            {
                continue;
            }

            _outstanding.End(&walk);
            _lock.Exit();
            next = isEnd ? 0 : next;
            return fault != 0 ? fault : isFull && !isEnd && total == 0 ? -Errno.EMSGSIZE : (long)total;
        }
    }

    // Under the lock: as many as the stage holds, or as one hold may look at. True: the next does not fit the user's room.
    private bool Stage(OutstandingWalk* walk, ulong end, ref ulong next, byte* stage, ulong room, out int staged)
    {
        staged = 0;
        for (var looks = 0; looks < LooksPerHold && walk->Next != null && walk->Next->Id < end; looks++)
        {
            // A run stands for the numbers from its own on, of which some may have been told before.
            var r = walk->Next;
            var behind = (r->Traits & RequestTraits.Run) == 0 ? r->Id + 1 : Math.Min(end, r->Id + (ulong)NopRun.Of(r)->Count);
            for (var id = Math.Max(r->Id, next); id < behind; id++)
            {
                var need = Aio2Request.SizeOf + r->IocbBytes;
                if ((ulong)need > room - (ulong)staged)
                {
                    return true;
                }

                if (need > ListStageBytes - staged)
                {
                    return false;
                }

                if ((r->Traits & RequestTraits.Run) == 0)
                {
                    Describe(r, stage + staged);
                }
                else
                {
                    DescribeNop(id, NopRun.UserData(r, (int)(id - r->Id)), stage + staged);
                }

                staged += need;
                next = id + 1;
            }

            walk->Next = r->NewerOutstanding;
        }

        return false;
    }

    private void Describe(Request* r, byte* to)
    {
        var state = Volatile.Read(ref r->State);
        var isDone = state == (int)RequestState.Done;
        *(Aio2Request*)to = new Aio2Request
        {
            Bytes = (uint)(Aio2Request.SizeOf + r->IocbBytes),
            Flags = IsCancellable(r) ? Aio2RequestFlags.Cancellable : (ushort)0,
            State = isDone ? Aio2RequestState.Done
                : state == (int)RequestState.Running ? Aio2RequestState.Running
                : Aio2RequestState.Queued,
            Id = r->Id,
            Res = isDone ? r->Res : 0,
        };
        Buffer.MemoryCopy(Request.Iocb(r), to + Aio2Request.SizeOf, r->IocbBytes, r->IocbBytes);
    }

    // One of a run: its iocb as it was.
    private static void DescribeNop(ulong id, ulong userData, byte* to)
    {
        *(Aio2Request*)to = new Aio2Request
        {
            Bytes = Aio2Request.SizeOf + Iocb2.SizeOf,
            State = Aio2RequestState.Done,
            Id = id,
        };
        var iocb = (Iocb2*)(to + Aio2Request.SizeOf);
        *iocb = new Iocb2 { UserData = userData };
        *(ulong*)iocb = NopRun.BareNop;
    }
}
