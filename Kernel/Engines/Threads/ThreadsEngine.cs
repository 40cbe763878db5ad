using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Threads;

/// <summary>The engine that works everywhere: a bounded pool of threads makes the blocking calls on files, one poller waits
/// for all that may have to be waited for.</summary>
/// <remarks>
/// <para>Workers and the poller start at the first request that needs them. A worker's queue is lock-free and its segments
/// are reused, so that contexts share no lock and nothing is allocated per request.</para>
/// <para>A worker never sits in a read or write of a stream that is not ready: those wait in <see cref="StreamPoller"/>,
/// where a cancel finds them.</para></remarks>
internal sealed unsafe class ThreadsEngine : IEngine
{
    /// <summary>States of <see cref="Request.EngineWord"/>: with the poller; told to cancel; beyond cancelling.</summary>
    internal const ulong Waiting = 0, CancelAsked = 1, Busy = 2;

    private readonly ConcurrentQueue<nint> _queue = new();
    private readonly StreamPoller _poller;
    private readonly int _maxWorkers;
    private readonly uint* _wake = (uint*)NativeMemory.AllocZeroed(64);
    private readonly Lock _growing = new();
    private Thread[] _workers = [];
    private int _idle;
    private volatile bool _stopping;

    public ThreadsEngine(int maxWorkers)
    {
        _maxWorkers = Math.Max(1, maxWorkers);
        _poller = new StreamPoller(this);
    }

    public string Name => "threads";

    public bool NeedsHeldFiles => true;

    public bool TakesPriority(ushort opcode) => true;

    public bool EndsReadsInline => true;

    public bool TryInline(Request* request, int userFd) => InlineRead.TryEnd(request, userFd);

    public void Submit(Request* first, int count)
    {
        var queued = 0;
        var failed = default(CompletionBatch);
        while (first != null)
        {
            var r = first;
            first = r->Next;
            if ((r->Traits & RequestTraits.Pollable) != 0 && r->Opcode is not (Aio2Op.Fsync or Aio2Op.Fdsync))
            {
                r->EngineWord = Waiting;
                var error = _poller.TryAdd(r);
                if (error != 0)
                {
                    failed.End(r, error);
                }
            }
            else
            {
                r->EngineWord = Busy;
                _queue.Enqueue((nint)r);
                queued++;
            }
        }

        failed.Flush();
        WakeWorkers(queued);
    }

    public CancelAnswer Cancel(Request* request) => _poller.Cancel(request) ? CancelAnswer.Told : CancelAnswer.Running;

    public bool IsCancellable(Request* request) => Volatile.Read(ref request->EngineWord) == Waiting;

    /// <summary>From the poller: a request that only a blocking call can end, and that was found ready.</summary>
    public void SubmitReady(Request* r)
    {
        _queue.Enqueue((nint)r);
        WakeWorkers(1);
    }

    /// <summary>Stops the threads; nothing may be in flight.</summary>
    public void Dispose()
    {
        _stopping = true;
        _poller.Dispose();
        _ = Interlocked.Increment(ref *_wake);
        _ = Futex.Wake(_wake);
        foreach (var worker in _workers)
        {
            worker.Join();
        }

        NativeMemory.Free(_wake);
    }

    private void WakeWorkers(int count)
    {
        if (count == 0)
        {
            return;
        }

        // Enqueued, full fence, then who sleeps? Pairs with the worker's: counted as idle, full fence, one more look.
        Interlocked.MemoryBarrier();
        var idle = Volatile.Read(ref _idle);
        if (idle != 0)
        {
            _ = Interlocked.Increment(ref *_wake);
            _ = Futex.Wake(_wake, Math.Min(count, idle));
        }

        // A worker that was woken counts as idle until it takes work, so the backlog is what tells that hands are missing.
        if (_workers.Length < _maxWorkers && _queue.Count > idle)
        {
            Grow(_queue.Count - idle);
        }
    }

    private void Grow(int wanted)
    {
        lock (_growing)
        {
            wanted = Math.Min(wanted, _maxWorkers - _workers.Length);
            if (wanted <= 0 || _stopping)
            {
                return;
            }

            var more = new Thread[wanted];
            for (var i = 0; i < wanted; i++)
            {
                more[i] = new Thread(Work, 256 * 1024) { IsBackground = true, Name = "aio2-worker" };
                more[i].UnsafeStart();
            }

            _workers = [.. _workers, .. more];
        }
    }

    private void Work()
    {
        var batch = default(CompletionBatch);
        var priority = default(WorkerPriority);
        while (!_stopping)
        {
            if (_queue.TryDequeue(out var next))
            {
                priority.Take((Request*)next);
                Run((Request*)next, ref batch);
                batch.Flush();
                continue;
            }

            var seen = Volatile.Read(ref *_wake);
            _ = Interlocked.Increment(ref _idle);
            if (_queue.IsEmpty && !_stopping)
            {
                _ = Futex.Wait(_wake, seen);
            }

            _ = Interlocked.Decrement(ref _idle);
        }
    }

    private static void Run(Request* r, ref CompletionBatch batch)
    {
        var fd = r->File == null ? -1 : r->File->Fd;

        // One from the poller was begun there.
        var begun = (r->Traits & RequestTraits.Pollable) != 0 && r->State == (int)RequestState.Running;
        batch.End(r, begun || RequestHooks.TryBegin(r, fd) ? Transfer.Run(r, fd) : -Errno.ECANCELED);
    }
}
