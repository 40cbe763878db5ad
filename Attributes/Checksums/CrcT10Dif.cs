namespace AioV2.Attributes.Checksums;

/// <summary>CRC-16/T10-DIF, the guard of 8-byte tuples (ATTR-8).</summary>
public static class CrcT10Dif
{
    private const int Shift = 64 - 16;

    internal static readonly CrcPolynomial Polynomial = new(0x8BB7, 16, leastSignificantFirst: false);

    /// <summary>The CRC of <paramref name="data"/>, or of all data so far.</summary>
    /// <param name="seed">0 to start; the result for a prefix to go on with what follows it.</param>
    /// <param name="data">Bytes to add.</param>
    /// <returns>0xD0DB for the ASCII digits 1 to 9 and seed 0.</returns>
    public static ushort Compute(ushort seed, ReadOnlySpan<byte> data) =>
        (ushort)(Polynomial.Update((ulong)seed << Shift, data) >> Shift);

    internal static ushort ByTable(ushort seed, ReadOnlySpan<byte> data) =>
        (ushort)(Polynomial.UpdateByTable((ulong)seed << Shift, data) >> Shift);
}
