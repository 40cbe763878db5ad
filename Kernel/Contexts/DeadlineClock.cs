using System.Runtime.InteropServices;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <summary>One thread for a kernel that wakes contexts at their earliest deadline. It starts with the first deadline, so that
/// who uses none pays nothing.</summary>
/// <remarks>Sleep and wake. A context puts a deadline into its heap under its lock and then reads <see cref="_wakeAt"/>; the
/// thread writes Never there and then looks at each heap under its lock. So either the thread sees the deadline, or the
/// context sees Never, or a later moment than its own, and changes the word on which the thread is about to sleep.</remarks>
internal sealed unsafe class DeadlineClock : IDisposable
{
    private readonly Lock _lock = new();
    private readonly uint* _word = (uint*)NativeMemory.AllocZeroed(64);
    private volatile Context[] _contexts = [];
    private Thread? _thread;
    private long _wakeAt = DeadlineHeap.Never;
    private volatile bool _stopping;

    /// <summary>Whether the thread was started.</summary>
    public bool IsStarted => _thread is not null;

    /// <summary>A context has its first deadline.</summary>
    public void Add(Context context)
    {
        using (_lock.EnterScope())
        {
            _contexts = [.. _contexts, context];
            if (_thread is null)
            {
                _thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = "aio2-deadlines" };
                _thread.UnsafeStart();
            }
        }
    }

    /// <summary>A context ends, whether it ever had a deadline or not.</summary>
    public void Remove(Context context)
    {
        if (Array.IndexOf(_contexts, context) < 0)
        {
            return;
        }

        using (_lock.EnterScope())
        {
            _contexts = Array.FindAll(_contexts, c => c != context);
        }
    }

    /// <summary>A context's earliest deadline is now this, CLOCK_MONOTONIC ns.</summary>
    public void Expect(long at)
    {
        // The deadline is in the heap; full fence; when does the thread wake?
        Interlocked.MemoryBarrier();
        if (at < Volatile.Read(ref _wakeAt))
        {
            Wake();
        }
    }

    public void Dispose()
    {
        _stopping = true;
        if (_thread is not null)
        {
            Wake();
            _thread.Join();
        }

        NativeMemory.Free(_word);
    }

    private void Wake()
    {
        _ = Interlocked.Increment(ref *_word);
        _ = Futex.Wake(_word);
    }

    private void Run()
    {
        while (!_stopping)
        {
            var seen = Volatile.Read(ref *_word);
            Volatile.Write(ref _wakeAt, DeadlineHeap.Never);
            Interlocked.MemoryBarrier();
            var next = DeadlineHeap.Never;
            foreach (var context in _contexts)
            {
                if (context.TryEnter())
                {
                    next = Math.Min(next, context.Expire(MonotonicClock.Now));
                    context.Exit();
                }
            }

            Volatile.Write(ref _wakeAt, next);
            if (!_stopping)
            {
                _ = Futex.Wait(_word, seen, next);
            }
        }
    }
}
