namespace AioV2.Bench.Rows;

/// <summary>Blocks of a file in an order that looks random and meets each once; the same as in <c>peers/peer.h</c>.</summary>
/// <param name="fileBytes">Bytes of the file; a power of two.</param>
/// <param name="blockBytes">Bytes of a block; a power of two.</param>
public sealed class BlockOrder(long fileBytes, int blockBytes)
{
    private readonly ulong _mask = (ulong)(fileBytes / blockBytes) - 1;
    private ulong _x;

    /// <summary>Offset of the next block, bytes.</summary>
    public long Next()
    {
        // A full period modulo a power of two: the multiplier is 1 modulo 4, the increment odd.
        _x = unchecked((_x * 1664525) + 1013904223) & _mask;
        return (long)_x * blockBytes;
    }

    /// <summary>Whether the request of this number is a write in the 70/30 mix.</summary>
    public static bool IsWrite(long operation) => ((0x248 >> (int)(operation % 10)) & 1) != 0;
}
