namespace AioV2.Attributes.Tests.Checksums;

/// <summary>The CRCs and the sum by their definitions, a bit or a word at a time.</summary>
internal static class BitwiseReference
{
    internal static ulong LowBitFirst(ulong register, ulong reflectedPolynomial, ReadOnlySpan<byte> data)
    {
        foreach (byte b in data)
        {
            register ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register & 1) == 0 ? register >> 1 : (register >> 1) ^ reflectedPolynomial;
            }
        }

        return register;
    }

    internal static uint Crc32C(uint seed, ReadOnlySpan<byte> data) => ~(uint)LowBitFirst(~seed, 0x82F63B78, data);

    internal static ulong Crc64Nvme(ulong seed, ReadOnlySpan<byte> data) => ~LowBitFirst(~seed, 0x9A6C9329AC4BC9B5, data);

    internal static ushort T10Dif(ushort seed, ReadOnlySpan<byte> data)
    {
        uint register = seed;
        foreach (byte b in data)
        {
            register ^= (uint)b << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register & 0x8000) == 0 ? register << 1 : ((register << 1) ^ 0x8BB7) & 0xffff;
            }
        }

        return (ushort)register;
    }

    internal static ushort IpChecksum(ReadOnlySpan<byte> data)
    {
        uint sum = 0;
        for (int i = 0; i < data.Length; i += 2)
        {
            sum += ((uint)data[i] << 8) | (i + 1 < data.Length ? data[i + 1] : 0u);
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
