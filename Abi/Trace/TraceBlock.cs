using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace AioV2.Abi.Trace;

/// <summary>A block of a trace: a MessagePack array of the CRC-32C of some bytes, and these bytes.</summary>
/// <remarks><code>
///  0    1    2            6    7              11               11+bytes
///  +----+----+------------+----+--------------+----------------+
///  | 92 | ce | CRC-32C    | c6 | bytes        | records …      |     numbers are big-endian
///  +----+----+------------+----+--------------+----------------+
/// </code></remarks>
internal static class TraceBlock
{
    public const int HeadBytes = 11;

    /// <summary>Largest block that is written or read, records included.</summary>
    public const int BytesMax = 4 << 20;

    private const byte ArrayOf2 = 0x92, UInt32 = 0xce, Bin32 = 0xc6;

    /// <summary>Writes the head of a block that holds these records.</summary>
    public static void WriteHead(Span<byte> head, ReadOnlySpan<byte> records)
    {
        head[0] = ArrayOf2;
        head[1] = UInt32;
        BinaryPrimitives.WriteUInt32BigEndian(head[2..], Crc(records));
        head[6] = Bin32;
        BinaryPrimitives.WriteInt32BigEndian(head[7..], records.Length);
    }

    /// <summary>Reads a head: the bytes of records behind it, and their checksum. Null, or what is wrong.</summary>
    public static string? ReadHead(ReadOnlySpan<byte> head, out int bytes, out uint crc)
    {
        crc = BinaryPrimitives.ReadUInt32BigEndian(head[2..]);
        bytes = BinaryPrimitives.ReadInt32BigEndian(head[7..]);
        return head[0] != ArrayOf2 || head[1] != UInt32 || head[6] != Bin32 ? "no block of a trace begins here"
            : bytes is <= 0 or > BytesMax ? $"a block of {(uint)bytes} bytes: from 1 to {BytesMax} are possible"
            : null;
    }

    /// <summary>CRC-32C.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return ~crc;
    }
}
