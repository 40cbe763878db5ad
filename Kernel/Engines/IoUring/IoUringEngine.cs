using System.Diagnostics;
using AioV2.Abi;
using AioV2.Kernel.Engines.Direct;
using AioV2.Kernel.Engines.Threads;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.IoUring;

/// <summary>The fast engine: one io_uring, shared by all contexts, and one thread that submits to it and reaps it.</summary>
/// <remarks>
/// <para>Why the callers of io_submit2 do not enter the ring themselves: io_uring ties a request to the thread that submitted
/// it. When that thread ends, armed polls and queued work are cancelled, and while it lives its own system calls are
/// interrupted by completions. So callers push a chain onto a lock-free stack, one compare-and-swap for each batch, and ring a
/// bell only where the thread sleeps. With IORING_SETUP_DEFER_TASKRUN completions are then run where they are reaped.</para>
/// <para>Files are held by the kernel's dup: io_uring looks a descriptor up only when it issues, for FSYNC not before a worker
/// of its own takes it up, and a continued transfer looks it up again. By then the number may mean another file.</para>
/// <para>What may be in flight: requests on files end unaided, so at most as many are given to the ring as its completion queue
/// holds, and the rest waits in a line of the engine's, still cancellable. Requests on streams may never end; they go to
/// the ring at once, since a bound would let those of one context stop another's.</para>
/// <para>Two cases go to a pool of threads, since io_uring does something else than the call: the file position (offset -1) of a
/// file, which io_uring reads and moves without its lock, and files with O_NONBLOCK, which only io_uring obeys.</para>
/// <para>And O_DIRECT reads go past it as far as they can (<see cref="DirectLane"/>).</para></remarks>
internal sealed unsafe partial class IoUringEngine : IEngine, IDeferredEngine
{
    /// <summary>SQEs and CQEs of the ring.</summary>
    private const uint SqEntries = 256, CqEntries = 4096;

    /// <summary>Values of user_data that are no requests: those are addresses.</summary>
    private const ulong BellTag = 1, CancelTag = 2;

    private readonly UringRing _ring;
    private readonly ThreadsEngine _pool;
    private readonly bool _isDeferred;
    private readonly CompletionGroups _ended = new();
    private readonly Lock _starting = new();
    private readonly int _bell;
    private Thread? _thread;
    private RequestStack _inbox;
    private RequestStack _cancels;
    private RequestStack _begun;
    private int _asleep;
    private volatile bool _stopping;

    private IoUringEngine(UringRing ring, int bell, ThreadsEngine pool, bool isDeferred)
    {
        _ring = ring;
        _bell = bell;
        _pool = pool;
        _isDeferred = isDeferred;
        Lanes = isDeferred ? null : new DirectLanes(this);
    }

    public string Name => "io_uring";

    public bool NeedsHeldFiles => true;

    /// <summary>IORING_OP_FSYNC refuses a priority.</summary>
    public bool TakesPriority(ushort opcode) => opcode is not (Aio2Op.Fsync or Aio2Op.Fdsync);

    /// <summary>The engine, or null and why it cannot be used here. No thread is started.</summary>
    public static IoUringEngine? TryCreate(int maxWorkers, out string why)
    {
        var ring = UringRing.TryCreate(SqEntries, CqEntries, out why);
        if (ring is null)
        {
            return null;
        }

        var bell = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (bell >= 0)
        {
            return new IoUringEngine(ring, bell, new ThreadsEngine(maxWorkers), isDeferred: false);
        }

        why = $"eventfd: {Errno.NameOf(-bell)}";
        ring.Dispose();
        return null;
    }

    public bool EndsReadsInline => true;

    /// <inheritdoc/>
    public DirectLanes? Lanes { get; }

    public bool TryInline(Request* request, int userFd) => InlineRead.TryEnd(request, userFd);

    public void Submit(Request* first, int count)
    {
        // Newest first, as the stack has it: the thread turns the whole round once.
        Request* newest = null, oldest = null;
        RequestQueue pooled = default;
        var toPool = 0;
        while (first != null)
        {
            var r = first;
            first = r->Next;
            if (NeedsBlockingCall(r))
            {
                pooled.Append(r);
                toPool++;
                continue;
            }

            r->EngineWord = IsWaitable(r) ? EngineState.Waiting : EngineState.Busy;
            r->EnginePrevious = null;
            r->Next = newest;
            newest = r;
            oldest = oldest == null ? r : oldest;
        }

        if (toPool != 0)
        {
            _pool.Submit(pooled.First, toPool);
        }

        if (newest != null)
        {
            _inbox.Push(newest, oldest);
            if (_isDeferred)
            {
                SubmitHere();
            }
            else
            {
                Rouse();
            }
        }
    }

    /// <summary>Goes on with a request on a file that was begun elsewhere.</summary>
    public void GoOn(Request* r)
    {
        Debug.Assert(!IsWaitable(r) && r->EngineWord == EngineState.Busy, "nobody can cancel it");
        _begun.Push(r, r);
        Rouse();
    }

    /// <summary>Only a request on a stream can be told: what is on a file ends unaided, and a write that was begun may have
    /// extended it (CANCEL-2). One on a stream that waits has moved nothing.</summary>
    public CancelAnswer Cancel(Request* request)
    {
        if (Interlocked.CompareExchange(ref request->EngineWord, EngineState.CancelAsked, EngineState.Waiting) != EngineState.Waiting)
        {
            return CancelAnswer.Running;
        }

        _cancels.PushByEngineLink(request);
        if (_isDeferred)
        {
            // Under the context's lock nobody may take the turn: the bell makes the ring readable for those who will.
            Ring();
        }
        else
        {
            Rouse();
        }

        return CancelAnswer.Told;
    }

    public bool IsCancellable(Request* request) => Volatile.Read(ref request->EngineWord) == EngineState.Waiting;

    /// <summary>Stops the thread; nothing may be in flight.</summary>
    public void Dispose()
    {
        Lanes?.Dispose();
        _stopping = true;
        if (_thread is { } thread)
        {
            Ring();
            thread.Join();
        }

        _ring.Dispose();
        _ended.Dispose();
        _ = Libc.Close(_bell);
        if (!_isDeferred)
        {
            _pool.Dispose();
        }
    }

    private static bool IsWaitable(Request* r) =>
        (r->Traits & RequestTraits.Pollable) != 0 && r->Opcode is not (Aio2Op.Fsync or Aio2Op.Fdsync);

    private static bool NeedsBlockingCall(Request* r) =>
        (r->Traits & RequestTraits.Seekable) != 0
        && r->Opcode is not (Aio2Op.Fsync or Aio2Op.Fdsync)
        && (r->Offset < 0 || (r->Traits & RequestTraits.NonBlocking) != 0);

    // After a push, which is a full fence. Pairs with the thread's: asleep, full fence, look once more.
    private void Rouse()
    {
        if (_thread is null)
        {
            Start();
        }

        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
        {
            Ring();
        }
    }

    private void Ring()
    {
        ulong one = 1;
        _ = Libc.Write(_bell, &one, sizeof(ulong));
    }

    private void Start()
    {
        lock (_starting)
        {
            if (_thread is null)
            {
                var thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = "aio2-io_uring" };
                thread.UnsafeStart();
                _thread = thread;
            }
        }
    }
}
