using System.Runtime.InteropServices;

namespace AioV2.Abi.Ring;

/// <summary>What a producer writes of its own for each record, on lines of its own: a reaper's object may lie beside the producer's.</summary>
[StructLayout(LayoutKind.Explicit, Size = 3 * Line)]
internal struct ProducedPosition
{
    // Two cache lines: processors fetch the neighbour, too.
    private const int Line = 128;

    /// <summary>Position behind what was reserved.</summary>
    [FieldOffset(Line)]
    public ulong Reserved;
}
