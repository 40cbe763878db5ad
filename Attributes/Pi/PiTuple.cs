using System.Buffers.Binary;

namespace AioV2.Attributes.Pi;

/// <summary>A protection tuple: guard, application tag, reference tag (ATTR-8).</summary>
/// <remarks>Big-endian wherever it is stored:
/// <code>
///  0       2       4               8
///  +-------+-------+---------------+
///  | guard |app tag|    ref tag    |                                  CRC-16, IP checksum
///  +-------+-------+---------------+
///  0                               8      10                      16
///  +-------------------------------+-------+-----------------------+
///  |             guard             |app tag|        ref tag        |  CRC-64
///  +-------------------------------+-------+-----------------------+
/// </code></remarks>
/// <param name="Guard">16 or 64 bits.</param>
/// <param name="AppTag">The application's.</param>
/// <param name="RefTag">32 or 48 bits.</param>
public readonly record struct PiTuple(ulong Guard, ushort AppTag, ulong RefTag)
{
    /// <summary>The application tag that disables checking.</summary>
    public const ushort AppTagEscape = 0xffff;

    /// <summary>Whether nothing of the interval is to be checked: app tag 0xFFFF, for type 3 with a ref tag of all ones too.</summary>
    public bool IsEscape(PiFormat format) =>
        AppTag == AppTagEscape && (format.Type != PiType.Type3 || RefTag == format.RefTagMask);

    /// <summary>Reads the tuple in the metadata of one interval.</summary>
    public static PiTuple Read(PiFormat format, ReadOnlySpan<byte> metadata)
    {
        ReadOnlySpan<byte> tuple = metadata.Slice(format.TupleOffset, format.TupleBytes);
        return format.Guard == PiGuard.Crc64
            ? new PiTuple(
                BinaryPrimitives.ReadUInt64BigEndian(tuple),
                BinaryPrimitives.ReadUInt16BigEndian(tuple.Slice(8)),
                BinaryPrimitives.ReadUInt64BigEndian(tuple.Slice(8)) & format.RefTagMask)
            : new PiTuple(
                BinaryPrimitives.ReadUInt16BigEndian(tuple),
                BinaryPrimitives.ReadUInt16BigEndian(tuple.Slice(2)),
                BinaryPrimitives.ReadUInt32BigEndian(tuple.Slice(4)));
    }

    /// <summary>Writes the tuple into the metadata of one interval and leaves what precedes it.</summary>
    public void Write(PiFormat format, Span<byte> metadata)
    {
        Span<byte> tuple = metadata.Slice(format.TupleOffset, format.TupleBytes);
        if (format.Guard == PiGuard.Crc64)
        {
            BinaryPrimitives.WriteUInt64BigEndian(tuple, Guard);
            BinaryPrimitives.WriteUInt64BigEndian(tuple.Slice(8), ((ulong)AppTag << 48) | (RefTag & format.RefTagMask));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(tuple, (ushort)Guard);
            BinaryPrimitives.WriteUInt16BigEndian(tuple.Slice(2), AppTag);
            BinaryPrimitives.WriteUInt32BigEndian(tuple.Slice(4), (uint)RefTag);
        }
    }
}
