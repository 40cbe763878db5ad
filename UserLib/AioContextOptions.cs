using AioV2.Abi;

namespace AioV2.UserLib;

/// <summary>What a context is asked for; the defaults fit most programs.</summary>
public sealed record AioContextOptions
{
    /// <summary>Requests that may be outstanding at once; 0 takes the kernel's default (SETUP-6).</summary>
    public int RequestSlots { get; init; }

    /// <summary>Data area of the ring, bytes: a power of two from 4096 to 2^30; 0 takes the default of 64 KiB (SETUP-5).</summary>
    public int RingBytes { get; init; }

    /// <summary>
    /// Whether the ring is shared, so that events are reaped without entering the kernel (SETUP-7). Without it every
    /// reap is a call, and the ring costs nothing to keep consistent.
    /// </summary>
    public bool SharedRing { get; init; } = true;

    /// <summary>The promise that one thread at a time reaps, calls included (RING-4): reaping needs no compare-and-swap.</summary>
    public bool SingleReaper { get; init; }

    /// <summary>Whether the context signals an eventfd after completions (SETUP-9); see <see cref="AioContext.EventFd"/>.</summary>
    public bool EventFd { get; init; }

    /// <summary>AIO2_SETUP_SUBMIT_ALL: an invalid iocb completes with its errno instead of stopping the batch (SUBMIT-1).</summary>
    public bool SubmitAll { get; init; }

    /// <summary>AIO2_FEAT_* that the program cannot live without (SETUP-4); opening fails where one is missing.</summary>
    public ulong RequiredFeatures { get; init; }

    /// <summary>
    /// Whether what awaits a request goes on right on the context's reaping thread. Faster, but such code must never
    /// block. The default hands it to the thread pool.
    /// </summary>
    public bool InlineContinuations { get; init; }

    /// <summary>The AIO2_SETUP_* that these options mean.</summary>
    internal uint SetupFlags =>
        (SharedRing ? Aio2Setup.UserReap : 0) | (SingleReaper ? Aio2Setup.SingleReaper : 0) |
        (EventFd ? Aio2Setup.Eventfd : 0) | (SubmitAll ? Aio2Setup.SubmitAll : 0);

    /// <summary>Refuses what no kernel can take, with words that say what to do.</summary>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(RequestSlots);
        if (RingBytes != 0 && (RingBytes < Aio2.RingBytesMin || !int.IsPow2(RingBytes)))
        {
            throw new ArgumentException(
                $"RingBytes is {RingBytes}: give a power of two from {Aio2.RingBytesMin} to {Aio2.RingBytesMax}, or 0 for the default");
        }

        if (SingleReaper && !SharedRing)
        {
            throw new ArgumentException("SingleReaper is a promise about a shared ring: set SharedRing, too");
        }
    }
}
