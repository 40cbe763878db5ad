using AioV2.Abi;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Engines.Calls;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Polling;

/// <summary>Runs POLL, and calls that are polled first, whatever the engine for transfers is: one epoll set and one thread, started at the first request.</summary>
/// <remarks>
/// <para>A request is armed by the thread that submits it, before io_submit2 returns, so that no edge behind that is missed:
/// one-shot by EPOLLONESHOT, MULTI and LEVEL by EPOLLET. Every request has a descriptor of its own, since an epoll set
/// takes each only once.</para>
/// <para>Cancel against the natural end: <see cref="Request.EngineWord"/> goes from Waiting either to CancelAsked (by the
/// canceller, who then pushes the request onto the stack of cancels) or to Busy (by the thread, who then ends it). One that is
/// found in CancelAsked is kept until its message arrives. Messages are heard after the events of the same wake-up, so that
/// no collected event names a block that was given back.</para></remarks>
internal sealed unsafe class PollEngine : IEngine
{
    private const ulong Waiting = 0, CancelAsked = 1, Busy = 2;
    private const uint EPOLLET = 1u << 31;
    private const int EventsAtOnce = 64;

    /// <summary>What poll(2) says of a file that has no poll method: POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM.</summary>
    private const uint AlwaysReady = 0x145;

    // Held from the moment a request can be told to cancel until it is armed; the thread takes it before it ends one.
    private readonly Lock _arming = new();
    private readonly EpollThread _waits;
    private ulong _cancels;

    public PollEngine() => _waits = new EpollThread("aio2-poll", Run);

    public string Name => "poll";

    public bool NeedsHeldFiles => true;

    /// <summary>The iocb asks for an event at each edge.</summary>
    public static bool IsMulti(Request* r) => (Request.Iocb(r)->Flags & Aio2IocbFlags.Multi) != 0;

    /// <summary>The iocb asks for readings.</summary>
    public static bool IsLevel(Request* r) => (Request.Iocb(r)->Flags & Aio2IocbFlags.Level) != 0;

    /// <summary>What is ready now ends here.</summary>
    public bool TryInline(Request* request, int userFd)
    {
        if (request->Opcode != Aio2Op.Poll || Request.Iocb(request)->Flags != 0 || (request->Traits & (RequestTraits.HooksAtIssue | RequestTraits.HooksInEngine)) != 0)
        {
            return false;
        }

        var source = new Pollfd { Fd = userFd, Events = (short)Request.Iocb(request)->Len };
        if (Libc.Poll(&source, 1, 0) <= 0)
        {
            return false;
        }

        request->Res = (ushort)source.Returned;
        return true;
    }

    public void Submit(Request* first, int count)
    {
        var failed = default(CompletionBatch);
        var error = _waits.Start();
        while (first != null)
        {
            var r = first;
            first = r->Next;
            if (IsLevel(r))
            {
                Context.Of(r).AddSource(r);
            }

            long result;
            lock (_arming)
            {
                if (!RequestHooks.TryBegin(r, r->File->Fd))
                {
                    result = -Errno.ECANCELED;
                }
                else if (error != 0)
                {
                    result = error;
                }
                else if (TryArm(r, out result))
                {
                    continue;
                }

                r->Res = result;
                if (Interlocked.Exchange(ref r->EngineWord, Busy) != Waiting)
                {
                    // A message names it: the thread ends it.
                    continue;
                }
            }

            End(r, result, ref failed);
        }

        failed.Flush();
    }

    public CancelAnswer Cancel(Request* request)
    {
        if (Interlocked.CompareExchange(ref request->EngineWord, CancelAsked, Waiting) != Waiting)
        {
            return CancelAnswer.Running;
        }

        ulong seen;
        do
        {
            seen = Volatile.Read(ref _cancels);
            request->EngineLink = (Request*)seen;
        }
        while (Interlocked.CompareExchange(ref _cancels, (ulong)request, seen) != seen);
        _waits.Ring();
        return CancelAnswer.Told;
    }

    public bool IsCancellable(Request* request) => Volatile.Read(ref request->EngineWord) == Waiting;

    /// <summary>Stops the thread; nothing may be in flight.</summary>
    public void Dispose() => _waits.Dispose();

    // Under _arming: true, if it waits now; else it has its result.
    private bool TryArm(Request* r, out long result)
    {
        var isCall = r->Opcode == Aio2Op.Syscall;
        if (isCall && AllowList.TryEnd(r, out result))
        {
            return false;
        }

        var wanted = isCall ? (ushort)AllowList.Wanted(r) : (uint)Request.Iocb(r)->Len;
        var isOneShot = Request.Iocb(r)->Flags == 0;
        var armed = new EpollEvent { Events = wanted | (isOneShot ? Libc.EPOLLONESHOT : EPOLLET), Data = (nint)r };

        // From here on the thread may end it: it is not touched again where this succeeds.
        result = Libc.EpollCtl(_waits.Epoll, Libc.EPOLL_CTL_ADD, r->File->Fd, &armed);
        if (result != -Errno.EPERM)
        {
            return result == 0;
        }

        // It has no poll method, so it is always ready and has no edge but the first. What it never says is waited for until
        // somebody cancels.
        if ((wanted & AlwaysReady) == 0)
        {
            return true;
        }

        if (IsMulti(r))
        {
            Context.Of(r).PostEdges(r, wanted & AlwaysReady);
        }

        result = wanted & AlwaysReady;
        return !isOneShot;
    }

    private void Run()
    {
        var batch = default(CompletionBatch);
        var events = stackalloc byte[EventsAtOnce * sizeof(EpollEvent)];
        while (!_waits.IsStopping)
        {
            var count = Libc.EpollWait(_waits.Epoll, (EpollEvent*)events, EventsAtOnce, -1);
            for (var i = 0; i < count; i++)
            {
                var happened = (EpollEvent*)(events + (i * EpollEvent.Stride));
                if (happened->Data != 0)
                {
                    Serve((Request*)happened->Data, happened->Events, ref batch);
                }
            }

            // A ring that comes after the read finds the bell again.
            _waits.Hear();
            EndCancelled(ref batch);
            batch.Flush();
        }
    }

    private void Serve(Request* r, uint happened, ref CompletionBatch batch)
    {
        long result = happened;
        if (IsLevel(r))
        {
            Context.Of(r).TellSourceIsReady();
        }
        else if (IsMulti(r))
        {
            Context.Of(r).PostEdges(r, happened);
        }
        else if (r->Opcode == Aio2Op.Syscall && !AllowList.TryEnd(r, out result))
        {
            var armed = new EpollEvent { Events = (ushort)AllowList.Wanted(r) | Libc.EPOLLONESHOT, Data = (nint)r };
            _ = Libc.EpollCtl(_waits.Epoll, Libc.EPOLL_CTL_MOD, r->File->Fd, &armed);
        }
        else
        {
            // The result is decided; one that was told to cancel meanwhile waits for its message.
            r->Res = result;
            if (Interlocked.Exchange(ref r->EngineWord, Busy) == Waiting)
            {
                End(r, result, ref batch);
            }
        }
    }

    private void EndCancelled(ref CompletionBatch batch)
    {
        var cancelled = (Request*)Interlocked.Exchange(ref _cancels, 0);
        while (cancelled != null)
        {
            var r = cancelled;
            cancelled = r->EngineLink;

            // Whoever was arming it has done so once the lock is free.
            _arming.Enter();
            _arming.Exit();
            End(r, r->EngineWord == Busy ? r->Res : -Errno.ECANCELED, ref batch);
        }
    }

    // The set forgets it before its descriptor goes: the file may live on by another.
    private void End(Request* r, long result, ref CompletionBatch batch)
    {
        _ = _waits.Epoll < 0 ? 0 : Libc.EpollCtl(_waits.Epoll, Libc.EPOLL_CTL_DEL, r->File->Fd, null);
        if (IsLevel(r))
        {
            Context.Of(r).RemoveSource(r);
        }

        batch.End(r, result);
    }
}
