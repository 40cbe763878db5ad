using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.UserLib.Returns;

/// <summary>What CHECKSUM returns: the checksum of the data transferred (ATTR-7).</summary>
/// <param name="Algorithm">AIO2_CHECKSUM_* (<see cref="Aio2Checksum"/>).</param>
/// <param name="Bytes">Bytes covered.</param>
/// <param name="Checksum">The checksum, zero-extended.</param>
public readonly record struct ChecksumReturn(uint Algorithm, ulong Bytes, ulong Checksum) : IAttributeReturn<ChecksumReturn>
{
    /// <inheritdoc/>
    public static ushort AttributeType => Aio2AttrType.Checksum;

    /// <inheritdoc/>
    public static int PayloadBytes => Aio2RetChecksum.SizeOf;

    /// <inheritdoc/>
    public static ChecksumReturn Read(ReadOnlySpan<byte> payload)
    {
        var raw = MemoryMarshal.Read<Aio2RetChecksum>(payload);
        return new ChecksumReturn(raw.Algorithm, raw.Bytes, raw.Checksum);
    }
}
