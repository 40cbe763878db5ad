using System.Buffers.Binary;
using System.Numerics;

namespace AioV2.Abi.Tests.Trace;

/// <summary>Pieces of a trace, byte by byte, so that tests can also build wrong ones.</summary>
internal static class TraceBytes
{
    /// <summary>Bytes before the records of a block.</summary>
    public const int HeadBytes = 11;

    public static byte[] Text(string text) => [(byte)(0xa0 | text.Length), .. System.Text.Encoding.ASCII.GetBytes(text)];

    public static byte[] Kind(int kind, params string[] names) => [(byte)(0x91 + names.Length), (byte)kind, .. names.SelectMany(Text)];

    public static byte[] Block(byte[] records)
    {
        var crc = uint.MaxValue;
        foreach (var b in records)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        var head = new byte[HeadBytes];
        (head[0], head[1], head[6]) = (0x92, 0xce, 0xc6);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(2), ~crc);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(7), records.Length);
        return [.. head, .. records];
    }
}
