namespace AioV2.Spec.Model;

/// <summary>Sizes and spellings of the scalar types.</summary>
public static class ScalarTypes
{
    /// <summary>Bytes of one value, which is also its alignment on every architecture (ABI-1).</summary>
    public static int Bytes(this ScalarType type) => type switch
    {
        ScalarType.U8 => 1,
        ScalarType.U16 => 2,
        ScalarType.U32 or ScalarType.S32 => 4,
        _ => 8,
    };

    /// <summary>The spec's spelling, e.g. <c>u32</c>.</summary>
    public static string Spelled(this ScalarType type) => type.ToString().ToLowerInvariant();

    /// <summary>The largest value that the type holds.</summary>
    public static ulong Max(this ScalarType type) => type switch
    {
        ScalarType.U8 => byte.MaxValue,
        ScalarType.U16 => ushort.MaxValue,
        ScalarType.U32 => uint.MaxValue,
        ScalarType.S32 => int.MaxValue,
        ScalarType.S64 => long.MaxValue,
        _ => ulong.MaxValue,
    };

    /// <summary>Reads the spec's spelling.</summary>
    public static bool TryParse(string text, out ScalarType type) =>
        Enum.TryParse(text.ToUpperInvariant(), out type) && type.Spelled() == text;
}
