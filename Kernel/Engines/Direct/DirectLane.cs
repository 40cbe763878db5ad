using System.Diagnostics;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Direct;

/// <summary>The short way of a context's O_DIRECT reads: the thread that submits starts them, and who waits for them is woken by them.</summary>
/// <remarks>
/// <para>By the engine's ring such a read changes threads twice, to the engine's and from there to the waiter: tens of microseconds,
/// where processors sleep. It cannot be otherwise there, since io_uring ties a request to the thread that entered the ring. The
/// system's first AIO does not: what it starts without waiting, which is O_DIRECT and RWF_NOWAIT, ends in the interrupt, whoever
/// has submitted it and whether that thread lives or not. What would wait (-EAGAIN), and whatever else is not the plain case, goes on in the engine.</para>
/// <para>Each end adds to the lane's eventfd. Who listens to it:</para>
/// <list type="bullet">
/// <item>One waiter in io_getevents2 at a time, who <em>attends</em>: it sleeps in poll on the eventfd, and takes what has ended.</item>
/// <item>Who submits, for as long as that takes: it takes at its end what has ended meanwhile.</item>
/// <item>While nobody attends and something is in flight, the lanes' thread: the eventfd is <em>armed</em> in its epoll set, for one
/// shot. Arming and disarming are calls of whoever submits, comes or leaves, and wake nobody.</item>
/// </list>
/// <para>No end is missed. Law, at each release of the lock: in flight and not attended means armed, or the thread has been
/// woken and is yet to take the lock; it takes, and arms again. One that ended before it was armed has
/// left a count in the eventfd, so that arming itself wakes (the system looks at the count after it has noted the wish). The
/// count is reset before the queue is looked at: an end behind that look counts anew. What was taken without that has left a
/// count for nothing, which is <em>spent</em>, and is reset before anybody sleeps on it or it is armed.</para>
/// <para>Ends are passed on under the lock, so that they keep their order (RING-6): nobody takes this lock under a context's.</para></remarks>
internal sealed unsafe class DirectLane : IDisposable
{
    /// <summary>Requests in flight of a lane at least; what the queue has no room for goes to the engine.</summary>
    public const uint Requests = 256;

    /// <summary>Bytes of a read at most: a longer one is several requests of the device, which the system does not start without waiting,
    /// and gains nothing by microseconds.</summary>
    public const ulong BytesMax = 256 * 1024;

    // The system gives a device what one call starts as a whole, at its end: the first few are started by a call of their own, so that
    // the device works while the others are started.
    private const int AtFirst = 8, AtOnce = 64;

    private readonly DirectLanes _lanes;
    private readonly IAioQueue _queue;
    private readonly Lock _lock = new();
    private int _inFlight;
    private bool _isAttended;
    private bool _isArmed;
    private bool _isSpent;
    private int _submitters;

    private DirectLane(DirectLanes lanes, int place, IAioQueue queue, int eventFd)
    {
        _lanes = lanes;
        Place = place;
        _queue = queue;
        EventFd = eventFd;
    }

    /// <summary>Its place among the kernel's lanes.</summary>
    public int Place { get; }

    /// <summary>Readable, for poll, when something has ended since <see cref="TakeSignalled"/>.</summary>
    public int EventFd { get; }

    /// <summary>Whether a waiter sleeps on it, or is about to.</summary>
    public bool IsAttended => Volatile.Read(ref _isAttended);

    /// <summary>Whether something is in flight.</summary>
    public bool IsBusy => Volatile.Read(ref _inFlight) != 0;

    /// <summary>A lane, or null where the system has none to give.</summary>
    /// <param name="lanes">Those that it is to be one of.</param>
    /// <param name="place">Its place there.</param>
    public static DirectLane? TryCreate(DirectLanes lanes, int place)
    {
        var eventFd = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        var queue = eventFd < 0 ? null : lanes.MakeQueue(Requests);
        if (queue is not null)
        {
            return new DirectLane(lanes, place, queue, eventFd);
        }

        _ = eventFd < 0 ? 0 : Libc.Close(eventFd);
        return null;
    }

    /// <summary>Whether this is a request for a lane: an O_DIRECT read that asks for nothing which AIO does not have.</summary>
    public static bool IsFor(Request* r)
    {
        const RequestTraits Asked = RequestTraits.Seekable | RequestTraits.Direct | RequestTraits.NonBlocking | RequestTraits.Protected | RequestTraits.HooksAtIssue;
        return (r->Traits & Asked) == (RequestTraits.Seekable | RequestTraits.Direct)
            && r->Opcode == Aio2Op.Pread && r->RwFlags == 0 && r->Offset >= 0
            && r->DataBytes is not 0 and <= BytesMax && r->Priority == 0 && r->Transferred == 0;
    }

    /// <summary>Starts requests, linked by Next, oldest first. Does not wait (SUBMIT-6).</summary>
    public void Submit(Request* first)
    {
        var iocbs = stackalloc AioIocb[AtOnce];
        var run = stackalloc AioIocb*[AtOnce];
        var cancelled = default(CompletionBatch);
        lock (_lock)
        {
            _submitters++;
            Disarm();
        }

        for (var most = AtFirst; first != null; most = AtOnce)
        {
            var count = 0;
            while (first != null && count < most)
            {
                var r = first;
                first = r->Next;
                if (TryPrepare(r, iocbs + count))
                {
                    run[count] = iocbs + count;
                    count++;
                }
                else
                {
                    cancelled.End(r, -Errno.ECANCELED);
                }
            }

            Start(run, count);
        }

        cancelled.Flush();
        lock (_lock)
        {
            _submitters--;
            if (!_isAttended)
            {
                TakeEnded();
                ArmIfUnheard();
            }
        }
    }

    /// <summary>A waiter comes, to sleep on <see cref="EventFd"/>: false, if another attends already. What has ended is taken.</summary>
    public bool TryAttend()
    {
        lock (_lock)
        {
            if (_isAttended)
            {
                return false;
            }

            _isAttended = true;
            Disarm();
            TakeEnded();
            ForgetSpent();
            return true;
        }
    }

    /// <summary>It leaves. Once more what has ended is taken, which spares waking the lanes' thread for it.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            Debug.Assert(_isAttended, "who leaves has come");
            TakeEnded();
            _isAttended = false;
            ArmIfUnheard();
        }
    }

    /// <summary>Takes what has ended, for the waiter who attends: <see cref="EventFd"/> was readable.</summary>
    public void TakeSignalled()
    {
        lock (_lock)
        {
            ResetCount();
            TakeEnded();
        }
    }

    /// <summary>The same for the lanes' thread, which has been woken: the one shot is spent.</summary>
    public void TakeForAll()
    {
        lock (_lock)
        {
            _isArmed = false;
            ResetCount();
            TakeEnded();
            ArmIfUnheard();
        }
    }

    public void Dispose()
    {
        Debug.Assert(!IsBusy && !_isAttended, "a request outlives the engine");
        _queue.Dispose();
        _ = Libc.Close(EventFd);
    }

    private bool TryPrepare(Request* r, AioIocb* iocb)
    {
        // Before the state says Running, which lets a canceller ask the engine: it ends unaided.
        r->EngineWord = IoUring.EngineState.Busy;
        r->EnginePrevious = null;
        if (!RequestHooks.TryBegin(r, r->File->Fd))
        {
            return false;
        }

        *iocb = new AioIocb
        {
            Data = (ulong)r,
            RwFlags = Libc.RWF_NOWAIT,
            Opcode = AioIocb.Pread,
            Fd = (uint)r->File->Fd,
            Buffer = Request.Segments(r)->Base,
            Bytes = r->DataBytes,
            Offset = r->Offset,
            Flags = AioIocb.SignalsResult,
            ResultFd = (uint)EventFd,
        };
        return true;
    }

    private void Start(AioIocb** run, int count)
    {
        // Counted before one can end. What was taken may be gone when the call returns.
        _ = Interlocked.Add(ref _inFlight, count);
        var taken = count == 0 ? 0 : Math.Max(0, _queue.Submit(run, count));
        if (taken != count)
        {
            _ = Interlocked.Add(ref _inFlight, taken - count);
            for (var i = taken; i < count; i++)
            {
                _lanes.GoOn((Request*)run[i]->Data);
            }
        }
    }

    private void TakeEnded()
    {
        var ended = default(CompletionBatch);
        while (_queue.TryTake(out var data, out var result))
        {
            _isSpent = true;

            // Before the request is passed on: then its context may end, and give the lane back.
            _ = Interlocked.Decrement(ref _inFlight);
            var r = (Request*)data;
            if (IsFinal(r, result))
            {
                ended.End(r, result);
            }
            else
            {
                _lanes.GoOn(r);
            }
        }

        ended.Flush();
    }

    // Not so: it would have waited, was interrupted, or is less than was asked for, behind which the file may go on.
    private static bool IsFinal(Request* r, long result)
    {
        if (result is -Errno.EAGAIN or -Errno.EINTR or -Errno.EOPNOTSUPP)
        {
            r->Retried += (ushort)(result == -Errno.EINTR ? 1 : 0);
            return false;
        }

        if (result > 0 && (ulong)result < r->DataBytes && !Transfer.IsSingleAttempt(r))
        {
            r->Transferred = (ulong)result;
            r->Continued++;
            return false;
        }

        return true;
    }

    private void ArmIfUnheard()
    {
        if (_isArmed || _isAttended || _submitters != 0 || !IsBusy)
        {
            return;
        }

        ForgetSpent();
        if (IsBusy)
        {
            _isArmed = true;
            _lanes.Listen(this, isWanted: true);
        }
    }

    private void Disarm()
    {
        if (_isArmed)
        {
            _isArmed = false;
            _lanes.Listen(this, isWanted: false);
        }
    }

    // Whoever listens would be woken for nothing. What has ended since is taken, and may leave such a count again: then it is.
    private void ForgetSpent()
    {
        if (_isSpent)
        {
            ResetCount();
            TakeEnded();
        }
    }

    private void ResetCount()
    {
        ulong count;
        _isSpent = false;
        _ = Libc.Read(EventFd, &count, sizeof(ulong));
    }
}
