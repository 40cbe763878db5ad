using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.IoUring;

/// <remarks>
/// <para>The engine of a deferred context: a ring of its own, entered by the calls themselves, one at a time. The call that
/// submits fills and enters; the calls of SETUP-12 reap. No thread stands between.</para>
/// <para>Here a request is tied to the thread that submitted it. When that thread ends, io_uring cancels what it had armed
/// (-ECANCELED) or, later, finds no memory to copy to (-EFAULT): nothing was moved, and the request is given to the ring again
/// by the next call.</para></remarks>
internal sealed unsafe partial class IoUringEngine
{
    private readonly Lock _turn = new();

    /// <inheritdoc/>
    public int ReadyFd => _ring.Fd;

    /// <summary>An engine for one deferred context, or null where memory or descriptors are out.</summary>
    /// <param name="shared">The kernel's engine, whose pool it uses.</param>
    /// <param name="nrReqs">Slots of the context.</param>
    public static IDeferredEngine? TryCreateDeferred(IEngine shared, uint nrReqs)
    {
        const uint Least = 32;
        if (shared is not IoUringEngine engine)
        {
            return null;
        }

        var ring = UringRing.TryCreateOpen(Math.Clamp(nrReqs, Least, SqEntries), Math.Clamp(nrReqs, 2 * Least, CqEntries));
        var bell = ring is null ? -1 : Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (bell < 0)
        {
            ring?.Dispose();
            return null;
        }

        return new IoUringEngine(ring!, bell, engine._pool, isDeferred: true);
    }

    /// <inheritdoc/>
    public bool RunCompletions()
    {
        lock (_turn)
        {
            do
            {
                Reap();
                GiveToRing();
            }
            while (_ring.HasOverflow || _ring.HasCompletion);
            return _inFlight != 0;
        }
    }

    private void SubmitHere()
    {
        lock (_turn)
        {
            GiveToRing();
        }
    }

    // All that there is room for, in slices of the submission queue.
    private void GiveToRing()
    {
        TakeMessages();
        bool isFull;
        do
        {
            Fill();
            isFull = HasMore();
            if (_ring.Unsubmitted == 0 && !_ring.HasOverflow)
            {
                break;
            }

            var entered = _ring.Enter(0);
            if (entered is -Errno.EAGAIN or -Errno.ENOMEM or -Errno.EBUSY)
            {
                // Completions in flight will bring somebody here again; without any, only time gives memory back.
                if (_inFlight > _ring.Unsubmitted)
                {
                    break;
                }

                AwaitMemory();
                isFull = true;
            }
        }
        while (isFull);
        _ended.Flush();
    }

    private static bool WasLeftByItsThread(Request* r, int res)
    {
        if (r->EngineWord is EngineState.CancelAsked or EngineState.CancelSent)
        {
            return false;
        }

        if (res == -Errno.ECANCELED)
        {
            return true;
        }

        // Once: a bad buffer answers the same again.
        if (res != -Errno.EFAULT || r->EngineLink != null)
        {
            return false;
        }

        r->EngineLink = r;
        return true;
    }
}
