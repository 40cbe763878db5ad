namespace AioV2.Attributes.Checksums;

public static partial class Crc32C
{
    private static uint Update(uint register, ReadOnlySpan<byte> data) => (uint)Polynomial.UpdateByTable(register, data);
}
