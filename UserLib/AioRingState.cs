using AioV2.Abi;

namespace AioV2.UserLib;

/// <summary>A look at the header of a shared ring (RING-1). The fields are read one by one: each is true, but not all at one moment.</summary>
/// <param name="Head">Start of the oldest unreaped event, a free-running count of bytes (RING-2).</param>
/// <param name="Tail">End of the newest event.</param>
/// <param name="Flags">AIO2_RING_* (<see cref="Aio2RingFlags"/>).</param>
/// <param name="RingBytes">Data area, bytes.</param>
/// <param name="OverflowEvents">Events that went by the overflow list (RING-7).</param>
/// <param name="OverflowEpisodes">Times that the list began to fill.</param>
public readonly record struct AioRingState(
    ulong Head, ulong Tail, uint Flags, uint RingBytes, ulong OverflowEvents, ulong OverflowEpisodes);
