using System.Runtime.InteropServices;

namespace AioV2.Abi.Ring;

/// <summary>What a reaper writes of its own, on lines of its own: a producer's object may lie beside the reaper's.</summary>
[StructLayout(LayoutKind.Explicit, Size = 3 * Line)]
internal struct ReapedPositions
{
    // Two cache lines: processors fetch the neighbour, too.
    private const int Line = 128;

    [FieldOffset(Line)]
    public ulong SeenTail;

    [FieldOffset(Line + sizeof(ulong))]
    public ulong Peeked;
}
