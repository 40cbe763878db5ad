using System.Buffers.Binary;
using AioV2.Attributes.Checksums;
using AioV2.Attributes.Pi;

namespace AioV2.Kernel.Devices;

/// <summary>The first page of a sidecar (ATTR-8).</summary>
/// <remarks>Little-endian on every machine, so that a pair can be moved:
/// <code>
///  0      8       12      16     32     36      40         44         48          56         4092   4096
///  +------+-------+-------+------+------+-------+----------+----------+-----------+---- ~ ---+------+
///  |magic |version| bytes |  id  | type | guard | interval | metadata | intervals |  zero    | crc  |
///  +------+-------+-------+------+------+-------+----------+----------+-----------+---- ~ ---+------+
/// </code>
/// <c>bytes</c> is the header's size, <c>crc</c> the CRC-32C of all before it, so that any changed byte shows.</remarks>
/// <param name="Id">The id of the data file's mark.</param>
/// <param name="Format">The format.</param>
/// <param name="Intervals">Intervals of the device; its size never changes.</param>
internal readonly record struct SidecarHeader(UInt128 Id, PiFormat Format, ulong Intervals)
{
    /// <summary>Bytes of the header.</summary>
    public const int Bytes = 4096;

    /// <summary>Most intervals: data and records stay within file offsets.</summary>
    public const ulong IntervalsMax = 1ul << 50;

    private const uint Version = 1;
    private const int CrcAt = Bytes - sizeof(uint);

    private static ReadOnlySpan<byte> Magic => "AIO2-PI\n"u8;

    /// <summary>Fills a page.</summary>
    public void Write(Span<byte> page)
    {
        page.Clear();
        Magic.CopyTo(page);
        BinaryPrimitives.WriteUInt32LittleEndian(page[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(page[12..], Bytes);
        BinaryPrimitives.WriteUInt128LittleEndian(page[16..], Id);
        BinaryPrimitives.WriteUInt32LittleEndian(page[32..], (uint)Format.Type);
        BinaryPrimitives.WriteUInt32LittleEndian(page[36..], (uint)Format.Guard);
        BinaryPrimitives.WriteInt32LittleEndian(page[40..], Format.IntervalBytes);
        BinaryPrimitives.WriteInt32LittleEndian(page[44..], Format.MetadataBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(page[48..], Intervals);
        BinaryPrimitives.WriteUInt32LittleEndian(page[CrcAt..], Crc32C.Compute(0, page[..CrcAt]));
    }

    /// <summary>Whether a file that starts so is a sidecar, whatever else is wrong with it.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> page) => page.StartsWith(Magic);

    /// <summary>Reads a page; false where it is not one that <see cref="Write"/> made.</summary>
    public static bool TryRead(ReadOnlySpan<byte> page, out SidecarHeader header)
    {
        header = default;
        if (!HasMagic(page)
            || BinaryPrimitives.ReadUInt32LittleEndian(page[CrcAt..]) != Crc32C.Compute(0, page[..CrcAt])
            || BinaryPrimitives.ReadUInt32LittleEndian(page[8..]) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(page[12..]) != Bytes)
        {
            return false;
        }

        var type = (PiType)BinaryPrimitives.ReadUInt32LittleEndian(page[32..]);
        var guard = (PiGuard)BinaryPrimitives.ReadUInt32LittleEndian(page[36..]);
        var intervalBytes = BinaryPrimitives.ReadInt32LittleEndian(page[40..]);
        var metadataBytes = BinaryPrimitives.ReadInt32LittleEndian(page[44..]);
        var intervals = BinaryPrimitives.ReadUInt64LittleEndian(page[48..]);
        if (metadataBytes == 0 || !PiFormat.IsValid(type, guard, intervalBytes, metadataBytes) || intervals > IntervalsMax)
        {
            return false;
        }

        header = new SidecarHeader(
            BinaryPrimitives.ReadUInt128LittleEndian(page[16..]), new PiFormat(type, guard, intervalBytes, metadataBytes), intervals);
        return true;
    }
}
