using AioV2.Abi;
using AioV2.Kernel.Engines;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

internal sealed unsafe partial class Context
{
    // What a walk looks at before it gives up the lock for a moment.
    private const int LooksPerHold = 256;

    /// <summary>Tells requests to cancel, the oldest first: how many were told, <c>-ENOENT</c> or <c>-EALREADY</c> (CANCEL-1).
    /// The caller is inside.</summary>
    /// <param name="key">The iocb's user_data or, with AIO2_CANCEL_FD, the descriptor number used at submit.</param>
    /// <param name="flags">Known AIO2_CANCEL_* only.</param>
    public long Cancel(ulong key, uint flags)
    {
        _ = RunDeferred();
        var told = CancelMatching(key, flags, everything: false);
        _ = RunDeferred();
        return told;
    }

    // What is submitted after the walk began is not walked, so that it ends.
    private long CancelMatching(ulong key, uint flags, bool everything)
    {
        var isAll = (flags & Aio2Cancel.All) != 0;
        long told = 0;
        var unstoppable = false;
        OutstandingWalk walk;
        _lock.Enter();
        var end = _nextId;
        _outstanding.Begin(&walk);
        for (var looks = 1; walk.Next != null && walk.Next->Id < end && (isAll || told == 0); looks++)
        {
            var r = walk.Next;
            walk.Next = r->NewerOutstanding;
            if (IsUndecided(r) && (everything || Matches(r, key, flags)))
            {
                var isTold = CancelLocked(r, Errno.ECANCELED);
                told += isTold ? 1 : 0;
                unstoppable |= !isTold;
            }

            if (looks % LooksPerHold == 0)
            {
                _lock.Exit();
                _lock.Enter();
            }
        }

        _outstanding.End(&walk);
        _lock.Exit();
        Kernel.Engine.EndCancelled();
        return told != 0 ? told : unstoppable ? -Errno.EALREADY : -Errno.ENOENT;
    }

    // One that is to end with -ECANCELED without having been begun is as decided as one that is done.
    private static bool IsUndecided(Request* r) =>
        Volatile.Read(ref r->State) is (int)RequestState.Queued or (int)RequestState.Running;

    private static bool Matches(Request* r, ulong key, uint flags)
    {
        var iocb = Request.Iocb(r);
        return (flags & Aio2Cancel.Fd) == 0
            ? iocb->UserData == key
            : key <= int.MaxValue && iocb->Fd == (int)key && (Aio2Catalog.Ops[r->Opcode].Uses & IocbFields.Fd) != 0;
    }

    // Tells one undecided request to cancel: true, if it was told. The first who tells decides what its result will be.
    private bool CancelLocked(Request* r, ushort errno)
    {
        // First why, then the cancel, which publishes it to the engine.
        var isFirst = r->CancelErrno == 0;
        if (isFirst)
        {
            r->CancelErrno = errno;
        }

        var state = Interlocked.CompareExchange(ref r->State, (int)RequestState.Cancelled, (int)RequestState.Queued);
        var isTold = state == (int)RequestState.Queued
            || (state == (int)RequestState.Running && EngineOf(r).Cancel(r) == CancelAnswer.Told);
        if (isFirst && !isTold)
        {
            r->CancelErrno = 0;
        }

        return isTold;
    }

    // Whether CancelLocked would say true now (CANCEL-2).
    private bool IsCancellable(Request* r) => Volatile.Read(ref r->State) switch
    {
        (int)RequestState.Queued => true,
        (int)RequestState.Running => EngineOf(r).IsCancellable(r),
        _ => false,
    };
}
