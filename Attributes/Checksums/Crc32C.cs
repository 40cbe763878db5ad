namespace AioV2.Attributes.Checksums;

/// <summary>CRC-32C (Castagnoli), as iSCSI, ext4 and <c>AIO2_CHECKSUM_CRC32C</c> use it (ATTR-7).</summary>
public static partial class Crc32C
{
    internal static readonly CrcPolynomial Polynomial = new(0x1EDC6F41, 32, leastSignificantFirst: true);

    /// <summary>The CRC of <paramref name="data"/>, or of all data so far.</summary>
    /// <param name="seed">0 to start; the result for a prefix to go on with what follows it.</param>
    /// <param name="data">Bytes to add.</param>
    /// <returns>0xE3069283 for the ASCII digits 1 to 9 and seed 0.</returns>
    public static uint Compute(uint seed, ReadOnlySpan<byte> data) => ~Update(~seed, data);

    internal static uint ByTable(uint seed, ReadOnlySpan<byte> data) => ~(uint)Polynomial.UpdateByTable(~seed, data);
}
