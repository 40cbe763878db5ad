namespace AioV2.Abi.Ring;

/// <summary>What a reaper found.</summary>
public enum RingStatus
{
    /// <summary>There was no unreaped event at the moment that <c>flags</c> was loaded (RING-8).</summary>
    Empty,

    /// <summary>At least one event.</summary>
    Event,

    /// <summary>The ring is empty, but OVERFLOW, MOVED, CORRUPT or DEAD is set, or there is an unknown flag: ask the kernel.</summary>
    EnterKernel,

    /// <summary>The next event is larger than the buffer; it stays.</summary>
    TooSmall,

    /// <summary>Positions or a record's <c>bytes</c> make no sense: leave <c>head</c> alone and use the call.</summary>
    Corrupt,
}
