using AioV2.Abi;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

internal sealed unsafe partial class Context
{
    /// <summary>Ends the context: 0, or <c>-ENXIO</c> if that has begun before (DESTROY-1).</summary>
    public long Destroy()
    {
        if ((Interlocked.Or(ref _gate, Dying) & Dying) != 0)
        {
            return -Errno.ENXIO;
        }

        Interlocked.MemoryBarrierProcessWide();
        _lock.Enter();
        _dying = true;
        var roused = _waiters.TakeReady(0, turnIsFree: true, everybody: true);
        _lock.Exit();
        Waiter.Rouse(roused);
        _ = CancelMatching(0, Aio2Cancel.All, everything: true);
        EndDeferred();
        AwaitQuiet();

        // Nobody is inside and nothing is unfinished: this thread is alone.
        if (_trace is not null)
        {
            TraceRing();
            _trace.Close();
        }

        Kernel.Forget(this);
        while (!_list.IsEmpty)
        {
            Free(_list.TakeFirst());
        }

        _ring?.SetFlags(Aio2RingFlags.Dead);
        _old?.SetFlags(Aio2RingFlags.Dead);
        _caller?.Dispose();
        FreeNative();
        return 0;
    }

    private void AwaitQuiet()
    {
        while (true)
        {
            var seen = Quiet.Count;
            _lock.Enter();
            var quiet = _unfinished == 0;
            _lock.Exit();

            // In this order: a pass enters the gate before its requests count as finished.
            if (quiet && !IsEntered)
            {
                return;
            }

            Quiet.Await(seen);
        }
    }
}
