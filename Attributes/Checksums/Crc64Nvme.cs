namespace AioV2.Attributes.Checksums;

/// <summary>CRC-64/NVME, the guard of 16-byte tuples and <c>AIO2_CHECKSUM_CRC64NVME</c> (ATTR-7, ATTR-8).</summary>
public static partial class Crc64Nvme
{
    internal static readonly CrcPolynomial Polynomial = new(0xAD93D23594C93659, 64, leastSignificantFirst: true);

    /// <summary>The CRC of <paramref name="data"/>, or of all data so far.</summary>
    /// <param name="seed">0 to start; the result for a prefix to go on with what follows it.</param>
    /// <param name="data">Bytes to add.</param>
    /// <returns>0xAE8B14860A799888 for the ASCII digits 1 to 9 and seed 0.</returns>
    public static ulong Compute(ulong seed, ReadOnlySpan<byte> data) => ~Polynomial.Update(~seed, data);

    internal static ulong ByTable(ulong seed, ReadOnlySpan<byte> data) => ~Polynomial.UpdateByTable(~seed, data);
}
