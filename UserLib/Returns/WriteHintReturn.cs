using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.UserLib.Returns;

/// <summary>What WRITE_HINT returns: the hint that the inode has now (ATTR-7).</summary>
/// <param name="Hint">RWH_WRITE_LIFE_*.</param>
public readonly record struct WriteHintReturn(ulong Hint) : IAttributeReturn<WriteHintReturn>
{
    /// <inheritdoc/>
    public static ushort AttributeType => Aio2AttrType.WriteHint;

    /// <inheritdoc/>
    public static int PayloadBytes => Aio2RetWriteHint.SizeOf;

    /// <inheritdoc/>
    public static WriteHintReturn Read(ReadOnlySpan<byte> payload)
    {
        var raw = MemoryMarshal.Read<Aio2RetWriteHint>(payload);
        return new WriteHintReturn(raw.Hint);
    }
}
