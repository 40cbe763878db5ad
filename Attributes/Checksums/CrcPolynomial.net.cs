namespace AioV2.Attributes.Checksums;

internal sealed partial class CrcPolynomial
{
    private FoldingConstants folding = null!;

    /// <summary>Runs <paramref name="data"/> through the register by the fastest path that this machine has.</summary>
    internal ulong Update(ulong register, ReadOnlySpan<byte> data)
    {
        // Each test of IsSupported is a constant to the compiler: what remains are comparisons of lengths.
        if (Folding512.IsSupported && data.Length >= Folding512.Stride)
        {
            return UpdateByFolding512(register, data);
        }

        if (Folding256.IsSupported && data.Length >= Folding256.Stride)
        {
            return UpdateByFolding256(register, data);
        }

        return Folding128.IsSupported && data.Length >= 16
            ? UpdateByFolding128(register, data)
            : UpdateByTable(register, data);
    }

    /// <summary>Whether this machine has <paramref name="path"/>.</summary>
    internal static bool Supports(CrcPath path) => path switch
    {
        CrcPath.Table => true,
        CrcPath.Fold128 => Folding128.IsSupported,
        CrcPath.Fold256 => Folding256.IsSupported,
        CrcPath.Fold512 => Folding512.IsSupported,
        _ => false,
    };

    /// <summary>Shortest data that <paramref name="path"/> takes, in bytes.</summary>
    internal static int Shortest(CrcPath path) => path switch
    {
        CrcPath.Fold128 => 16,
        CrcPath.Fold256 => Folding256.Stride,
        CrcPath.Fold512 => Folding512.Stride,
        _ => 0,
    };

    /// <summary>Runs <paramref name="data"/>, which is not too short, through the register by one path that the machine has.</summary>
    internal ulong UpdateBy(CrcPath path, ulong register, ReadOnlySpan<byte> data) => path switch
    {
        CrcPath.Fold128 => UpdateByFolding128(register, data),
        CrcPath.Fold256 => UpdateByFolding256(register, data),
        CrcPath.Fold512 => UpdateByFolding512(register, data),
        _ => UpdateByTable(register, data),
    };

    // Folding takes whole blocks of 16 bytes; what is left goes by table.
    private ulong UpdateByFolding128(ulong register, ReadOnlySpan<byte> data) => UpdateRest(
        LeastSignificantFirst
            ? Folding128.Update<LowBitFirst>(folding, register, data)
            : Folding128.Update<HighBitFirst>(folding, register, data),
        data);

    private ulong UpdateByFolding256(ulong register, ReadOnlySpan<byte> data) => UpdateRest(
        LeastSignificantFirst
            ? Folding256.Update<LowBitFirst>(folding, register, data)
            : Folding256.Update<HighBitFirst>(folding, register, data),
        data);

    private ulong UpdateByFolding512(ulong register, ReadOnlySpan<byte> data) => UpdateRest(
        LeastSignificantFirst
            ? Folding512.Update<LowBitFirst>(folding, register, data)
            : Folding512.Update<HighBitFirst>(folding, register, data),
        data);

    private ulong UpdateRest(ulong register, ReadOnlySpan<byte> data) =>
        (data.Length & 15) == 0 ? register : UpdateByTable(register, data[(data.Length & ~15)..]);

    partial void Prepare() => folding = new FoldingConstants(Polynomial, LeastSignificantFirst);
}
