using AioV2.Abi;
using AioV2.Kernel.Engines;
using AioV2.Kernel.Engines.IoUring;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

/// <remarks>Deferred completion (SETUP-12): where the kernel's engine is io_uring, the context has a ring of its own, which its
/// calls enter and reap without a thread between. Elsewhere it is an ordinary private context: the events are seen by its
/// calls only in any case.</remarks>
internal sealed unsafe partial class Context
{
    private IDeferredEngine? _deferred;
    private bool _engineIsChosen;
    private int _spareBell = -1;

    /// <summary>Runs the completions of a deferred context; not under the lock. False: there are none to run here.</summary>
    public bool RunDeferred()
    {
        if (_deferred is not { } engine)
        {
            return false;
        }

        _ = engine.RunCompletions();
        return true;
    }

    // At the first transfer, not before (DESTROY-2), and then for good, since a cancel must find where its request is.
    private IEngine EngineForTransfers()
    {
        if (_isDeferred && !Volatile.Read(ref _engineIsChosen))
        {
            using (_lock.EnterScope())
            {
                if (!_engineIsChosen)
                {
                    _deferred = IoUringEngine.TryCreateDeferred(Kernel.Engine, _nrReqs);
                    Volatile.Write(ref _engineIsChosen, true);
                }
            }
        }

        return _deferred ?? Kernel.Engine;
    }

    // Destroy, first the calls: no one of them waits for a completion any more, so they leave; then this thread is the only
    // one to run what is left. What the pool still has announces itself.
    private void EndDeferred()
    {
        if (!_isDeferred)
        {
            return;
        }

        while (true)
        {
            var seen = Quiet.Count;
            if (!IsEntered)
            {
                break;
            }

            Quiet.Await(seen);
        }

        while (_deferred is { } engine && engine.RunCompletions())
        {
            var ready = new Pollfd { Fd = engine.ReadyFd, Events = Libc.POLLIN };
            _ = Libc.Poll(&ready, 1, -1);
        }
    }

    // An eventfd to sleep on: one is kept between calls, a second waiter makes its own.
    private int TakeBell()
    {
        var bell = Interlocked.Exchange(ref _spareBell, -1);
        return bell >= 0 ? bell : Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
    }

    private void ReturnBell(int bell)
    {
        if (Interlocked.CompareExchange(ref _spareBell, bell, -1) != -1)
        {
            _ = Libc.Close(bell);
        }
    }

    private void FreeDeferred()
    {
        _deferred?.Dispose();
        if (_spareBell >= 0)
        {
            _ = Libc.Close(_spareBell);
        }
    }
}
