namespace AioV2.Abi.Ring;

/// <summary>Why a ring can or cannot be reaped from (RING-1). In every case but Ok: leave it alone and use the call.</summary>
public enum RingOpenStatus
{
    /// <summary>It can.</summary>
    Ok,

    /// <summary>It does not start with <see cref="Aio2.RingMagic"/>, or is of the other endianness.</summary>
    BadMagic,

    /// <summary>The header's layout is of another version.</summary>
    BadVersion,

    /// <summary>A bit that a reaper must know is set, and is not known.</summary>
    UnknownIncompat,

    /// <summary>Sizes and offsets do not fit each other or the mapping.</summary>
    BadGeometry,
}
