namespace AioV2.Attributes.Checksums;

internal sealed partial class CrcPolynomial
{
    /// <summary>Runs <paramref name="data"/> through the register.</summary>
    internal ulong Update(ulong register, ReadOnlySpan<byte> data) => UpdateByTable(register, data);
}
