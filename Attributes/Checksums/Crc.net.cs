namespace AioV2.Attributes.Checksums;

internal sealed partial class CrcPolynomial
{
    internal ulong Update(ulong register, ReadOnlySpan<byte> data) => UpdateByTable(register, data);
}

public static partial class Crc32C
{
    private static uint Update(uint register, ReadOnlySpan<byte> data) => (uint)Polynomial.UpdateByTable(register, data);
}
