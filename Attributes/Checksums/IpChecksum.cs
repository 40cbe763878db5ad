using System.Buffers.Binary;

namespace AioV2.Attributes.Checksums;

/// <summary>The Internet checksum of RFC 1071, which DIX offers as a guard cheaper than the CRC (ATTR-8).</summary>
public static class IpChecksum
{
    /// <summary>The checksum of <paramref name="data"/>, to be stored big-endian, as <c>ip_compute_csum</c> leaves it in memory.</summary>
    /// <param name="data">Bytes to sum as big-endian words of 16 bits; a last odd byte counts as the high half of a word.</param>
    /// <returns>The complement of the ones' complement sum.</returns>
    public static ushort Compute(ReadOnlySpan<byte> data) => Finish(Add(0, data, odd: false));

    /// <summary>Adds a piece of the data to a running sum.</summary>
    /// <param name="sum">0 to start; else the result for what precedes.</param>
    /// <param name="data">The piece.</param>
    /// <param name="odd">Whether an odd number of bytes precedes it.</param>
    /// <returns>A sum of at most 16 bits in little-endian words, which <see cref="Finish"/> turns.</returns>
    internal static uint Add(uint sum, ReadOnlySpan<byte> data, bool odd)
    {
        uint piece = Fold(SumLittleEndian(data));
        // RFC 1071, 2(B): a sum of words that start one byte later is the sum with its bytes exchanged.
        return Fold((ulong)sum + (odd ? Exchange(piece) : piece));
    }

    /// <summary>The checksum that belongs to a sum made by <see cref="Add"/>.</summary>
    internal static ushort Finish(uint sum) => (ushort)~Exchange(sum);

    // Carries are kept in the upper half: 2^32 additions of 32 bits fit, far beyond what a span holds.
    private static ulong SumLittleEndian(ReadOnlySpan<byte> data)
    {
        ulong even = 0;
        ulong uneven = 0;
        while (data.Length >= 16)
        {
            ulong first = BinaryPrimitives.ReadUInt64LittleEndian(data);
            ulong second = BinaryPrimitives.ReadUInt64LittleEndian(data.Slice(8));
            even += (first & uint.MaxValue) + (first >> 32);
            uneven += (second & uint.MaxValue) + (second >> 32);
            data = data.Slice(16);
        }

        while (data.Length >= 2)
        {
            even += BinaryPrimitives.ReadUInt16LittleEndian(data);
            data = data.Slice(2);
        }

        return even + uneven + (data.Length == 1 ? data[0] : 0u);
    }

    // 2^16 is 1 modulo 65535, so the four words of the sum may be added; three rounds end every carry: behind the first there is at
    // most 0x1fffffffe, behind the second 0x1fffe.
    private static uint Fold(ulong sum)
    {
        sum = (sum & uint.MaxValue) + (sum >> 32);
        sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
        return (uint)((sum & 0xffff) + (sum >> 16));
    }

    private static uint Exchange(uint word) => ((word & 0xff) << 8) | (word >> 8);
}
