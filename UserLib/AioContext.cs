using System.Diagnostics;
using System.Runtime.CompilerServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Abi.Codecs;
using AioV2.Abi.Ring;

namespace AioV2.UserLib;

/// <summary>A context of AIO v2: submit requests, reap their events, with or without entering the kernel.</summary>
/// <remarks>
/// <para>Two ways to use it, one for each context. <b>Batches</b>: <see cref="Submit"/>, then <see cref="TryReap"/>,
/// <see cref="Reap"/>, <see cref="GetEvents"/> or <see cref="ReadCompletionsAsync"/>, from any threads. <b>Tasks</b>: <see cref="ReadAsync"/>,
/// <see cref="WriteAsync"/> and the like; the context then reaps with a thread of its own.</para>
/// <para>All members may be called from any thread. Disposal waits for the I/O.</para>
/// </remarks>
public sealed unsafe partial class AioContext : IDisposable, IAsyncDisposable
{
    private readonly IAio2 _kernel;
    private readonly AioContextOptions _options;
    private readonly AioEventFd? _eventFd;
    private readonly EventStash _stash = new();
    private readonly Lock _modeGate = new();
    private RingMapping? _ring;
    private AioDispatcher? _dispatcher;
    private bool _batches;
    private bool _disposed;

    private AioContext(IAio2 kernel, AioContextOptions options, AioEventFd? eventFd, in Aio2Params answer)
    {
        _kernel = kernel;
        _options = options;
        _eventFd = eventFd;
        Id = answer.Ctx;
        RequestSlots = (int)answer.NrReqs;
        RingBytes = (int)answer.RingBytes;
        MaxEventBytes = (int)answer.MaxEventBytes;
        Features = answer.Features;
        _ring = options.SharedRing ? new RingMapping(answer.RingAddr, answer.RingMapBytes, options.SingleReaper) : null;
    }

    /// <summary>The context's id, as the calls take it.</summary>
    public uint Id { get; }

    /// <summary>Requests that may be outstanding at once (RING-9).</summary>
    public int RequestSlots { get; }

    /// <summary>Data area of the ring, bytes; <see cref="TryResize"/> changes it.</summary>
    public int RingBytes { get; private set; }

    /// <summary>Largest event, bytes; a buffer of this size takes any (ATTR-6).</summary>
    public int MaxEventBytes { get; private set; }

    /// <summary>AIO2_FEAT_* that the kernel offers (<see cref="Aio2Feat"/>).</summary>
    public ulong Features { get; }

    /// <summary>The wait handle: signalled after completions (RING-10).</summary>
    /// <exception cref="InvalidOperationException">The context was opened without one.</exception>
    public AioEventFd EventFd => _eventFd
        ?? throw new InvalidOperationException("this context has no eventfd: open it with AioContextOptions { EventFd = true }");

    /// <summary>The header of the shared ring as it is now; null where the ring is private.</summary>
    public AioRingState? RingState
    {
        get
        {
            var ring = _ring;
            if (ring?.Reaper is not { } reaper)
            {
                return null;
            }

            var header = reaper.Header;
            var state = new AioRingState(
                Volatile.Read(ref reaper.User->Head), Volatile.Read(ref header->Tail), Volatile.Read(ref header->Flags),
                header->RingBytes, Volatile.Read(ref header->OverflowEvents), Volatile.Read(ref header->OverflowEpisodes));
            GC.KeepAlive(ring);
            return state;
        }
    }

    /// <summary>Makes a context (SETUP-1…12).</summary>
    /// <param name="kernel">The calls: an embedded kernel, or <c>LoadedAio2</c>.</param>
    /// <param name="options">What it is asked for; null takes the defaults.</param>
    /// <exception cref="Aio2Exception">The kernel refused; the message says why and what to do.</exception>
    public static AioContext Open(IAio2 kernel, AioContextOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        options ??= new AioContextOptions();
        options.Validate();
        var eventFd = options.EventFd ? new AioEventFd() : null;
        var parameters = new Aio2Params
        {
            NrReqs = (uint)options.RequestSlots,
            RingBytes = (uint)options.RingBytes,
            Features = options.RequiredFeatures,
            Eventfd = eventFd?.Descriptor ?? 0,
        };
        var result = kernel.Setup(Aio2.Version, options.SetupFlags, &parameters, Aio2Params.SizeOf);
        if (result < 0)
        {
            eventFd?.Dispose();
            CallErrors.Check(result, "io_setup2", SetupAdvice(result, parameters));
        }

        return new AioContext(kernel, options, eventFd, parameters);
    }

    /// <summary>Submits a batch: takes from it what was accepted, in order, and returns how many that were (SUBMIT-1).</summary>
    /// <remarks>
    /// Fewer than all: the rest stays in the batch. Where it ended for want of a slot the next call goes on after some events
    /// were reaped (0 means that there was none free); where it ended at a bad iocb the next call throws.
    /// </remarks>
    /// <exception cref="Aio2Exception">The first iocb is refused; the exception tells the reason and the byte. It is
    /// still in the batch: <see cref="AioBatch.RemoveFirst"/> drops it.</exception>
    public int Submit(AioBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        UseBatches();
        if (batch.Count == 0)
        {
            return 0;
        }

        var ext = new Aio2Extack { Size = Aio2Extack.SizeOf };
        var taken = _kernel.Submit(Id, batch.Address, (nuint)batch.Bytes, &ext);
        if (taken >= 0)
        {
            return batch.RemoveAccepted(taken);
        }

        ThrowIfGone(taken);
        return taken == -Errno.EAGAIN ? 0 : throw CallErrors.Refused(taken, ext);
    }

    /// <summary>Takes one event if there is one, from the ring where that is shared: the kernel is entered exactly when RING-8 says so.</summary>
    [SkipLocalsInit]
    public bool TryReap(out Completion completion)
    {
        UseBatches();
        if (_stash.TryTake(out completion))
        {
            return true;
        }

        Span<byte> buffer = stackalloc byte[(int)Aio2.EventMax];
        var drained = false;
        while (true)
        {
            var ring = _ring;
            if (ring?.Reaper is not { } reaper)
            {
                return TakeByCall(minBytes: 0, wait: null, out completion);
            }

            var status = reaper.TryRead(buffer, out var bytes);
            var flags = status == RingStatus.EnterKernel ? reaper.Flags : 0;
            GC.KeepAlive(ring);
            switch (status)
            {
                case RingStatus.Event:
                    _ = EventReader.Open(buffer[..bytes], out var reader);
                    completion = new Completion(reader);
                    return true;
                case RingStatus.Empty:
                    return false;
                case RingStatus.EnterKernel when (flags & Aio2RingFlags.Moved) != 0:
                    Follow(ring);
                    continue;
                case RingStatus.EnterKernel when flags == Aio2RingFlags.Overflow && !drained:
                    // Moves what fits from the list into the ring (RING-7); then the ring is looked at again. Where nothing
                    // comes of it, a ring moved away from holds events yet (RING-11): the call takes them.
                    ThrowIfGone(_kernel.GetEvents(Id, null, 0, 0, null, 0));
                    drained = true;
                    continue;
                default:
                    return TakeByCall(minBytes: 0, wait: null, out completion);
            }
        }
    }

    /// <summary>Takes one event, waiting for it.</summary>
    /// <param name="completion">The event.</param>
    /// <param name="timeout">At most this long; null for ever.</param>
    /// <returns>False when the time was over first.</returns>
    public bool Reap(out Completion completion, TimeSpan? timeout = null)
    {
        if (TryReap(out completion))
        {
            return true;
        }

        var wait = Deadline(timeout);
        return TakeByCall(IoEvent2.SizeOf, timeout is null ? null : &wait, out completion);
    }

    /// <summary>io_getevents2: waits until events of <paramref name="minBytes"/> are there, then takes whole records (GET-1).</summary>
    /// <param name="buffer">Where they go, packed.</param>
    /// <param name="minBytes">0 never waits.</param>
    /// <param name="timeout">At most this long; null for ever.</param>
    /// <returns>The events taken, as a run over <paramref name="buffer"/>; empty when the time was over.</returns>
    /// <exception cref="Aio2Exception">EMSGSIZE: the first event does not fit; it stays (GET-3).</exception>
    public EventRun GetEvents(Span<byte> buffer, int minBytes = IoEvent2.SizeOf, TimeSpan? timeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minBytes);
        UseBatches();
        var bytes = (long)_stash.CopyTo(buffer);
        if (bytes == 0)
        {
            var wait = Deadline(timeout);
            fixed (byte* at = buffer)
            {
                bytes = Call(at, buffer.Length, minBytes, timeout is null ? null : &wait);
            }
        }

        return new EventRun(buffer[..(int)bytes]);
    }

    /// <summary>Sleeps on the eventfd until there may be an event (RING-10); false when the time was over first.</summary>
    /// <exception cref="InvalidOperationException">The context was opened without an eventfd.</exception>
    public bool WaitForEvents(TimeSpan timeout)
    {
        UseBatches();
        var eventFd = EventFd;
        var ring = _ring;
        if (ring?.Reaper is not { } reaper)
        {
            return eventFd.Wait(timeout) && eventFd.Clear() > 0;
        }

        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            // First the signal, then the ring: an event between the two leaves its signal for the sleep.
            _ = eventFd.Clear();
            if (reaper.Test() != RingStatus.Empty)
            {
                GC.KeepAlive(ring);
                return true;
            }

            var left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - Stopwatch.GetElapsedTime(started);
            if (left != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero || !eventFd.Wait(left))
            {
                return reaper.Test() != RingStatus.Empty;
            }
        }
    }

    /// <summary>Waits for all requests, then ends the context (DESTROY-1). Events not reaped by then are gone.</summary>
    /// <exception cref="InvalidOperationException">Called on the context's own reaping thread; use <see cref="DisposeAsync"/>.</exception>
    public void Dispose()
    {
        AioDispatcher? dispatcher;
        lock (_modeGate)
        {
            dispatcher = _dispatcher;
            dispatcher?.ThrowIfOnReapingThread();
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        dispatcher?.Close();
        _ = _kernel.Destroy(Id);
        dispatcher?.Join();
        _signal?.Dispose();
        _ring = null;
        _eventFd?.Dispose();
    }

    /// <summary>As <see cref="Dispose"/>, without holding the caller's thread.</summary>
    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    [SkipLocalsInit]
    private bool TakeByCall(int minBytes, Aio2Wait* wait, out Completion completion)
    {
        var buffer = stackalloc byte[(int)Aio2.EventMax];
        var taken = (int)Call(buffer, (int)Aio2.EventMax, minBytes, wait);
        var run = new EventRun(new ReadOnlySpan<byte>(buffer, taken));
        if (!run.TryNext(out var first))
        {
            completion = default;
            return false;
        }

        completion = new Completion(first);
        var rest = new ReadOnlySpan<byte>(buffer + run.Offset, taken - run.Offset);
        if (rest.Length > 0)
        {
            _stash.Append(rest);
        }

        return true;
    }

    private long Call(byte* buffer, int bytes, int minBytes, Aio2Wait* wait)
    {
        while (true)
        {
            var taken = _kernel.GetEvents(Id, buffer, (nuint)bytes, (nuint)minBytes, wait, 0);
            if (taken == -Errno.EINTR)
            {
                // The deadline is absolute: waiting on does not wait longer.
                continue;
            }

            ThrowIfGone(taken);
            return CallErrors.Check(taken, "io_getevents2", taken == -Errno.EMSGSIZE ? $"Give a buffer of MaxEventBytes, {MaxEventBytes}" : null);
        }
    }

    private void UseBatches()
    {
        if (_batches && !_disposed)
        {
            return;
        }

        lock (_modeGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _batches = _dispatcher is null ? true : throw new InvalidOperationException(
                "this context reaps for its tasks since the first ReadAsync or WriteAsync: open a second context to reap yourself");
        }
    }

    private AioDispatcher UseTasks()
    {
        if (_dispatcher is { } running && !_disposed)
        {
            return running;
        }

        lock (_modeGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _batches
                ? throw new InvalidOperationException(
                    "this context's events are reaped by the program (Submit, TryReap, GetEvents): open a second context for tasks")
                : _dispatcher ??= new AioDispatcher(_kernel, Id, RequestSlots, _options.InlineContinuations);
        }
    }

    private void ThrowIfGone(long result)
    {
        if (result == -Errno.ENXIO)
        {
            throw new ObjectDisposedException(nameof(AioContext), "the context was destroyed meanwhile (GET-6)");
        }
    }

    private static Aio2Wait Deadline(TimeSpan? timeout)
    {
        if (timeout is not { } span)
        {
            return default;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero, nameof(timeout));
        var nanoseconds = (Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency + (Int128)span.Ticks * 100;
        return new Aio2Wait
        {
            Size = Aio2Wait.SizeOf, Flags = Aio2WaitFlags.Abstime,
            Sec = (long)(nanoseconds / 1_000_000_000), Nsec = (long)(nanoseconds % 1_000_000_000),
        };
    }

    private static string? SetupAdvice(long result, in Aio2Params answer) => (int)-result switch
    {
        Errno.EAGAIN => "The ceiling of request slots is reached: ask for fewer RequestSlots, or dispose contexts that are no longer used",
        Errno.EOPNOTSUPP => "A required feature is not offered: look at io_probe2, or `aio2 probe`",
        Errno.EINVAL when answer.VersionMax != 0 => $"The kernel knows versions {answer.VersionMin} to {answer.VersionMax}, this library asks for {Aio2.Version}",
        Errno.ENOSYS => "There is no kernel for AIO v2 in this process",
        _ => null,
    };
}
