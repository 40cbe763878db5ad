using System.Globalization;

namespace AioV2.Spec.Model;

/// <summary>Type of a field: a scalar, or a fixed number of them.</summary>
/// <param name="Scalar">The element.</param>
/// <param name="Count">How many; 1 for a scalar and for an array of one.</param>
/// <param name="IsArray">Whether the spec has it with brackets.</param>
public readonly record struct FieldType(ScalarType Scalar, int Count, bool IsArray)
{
    /// <summary>Bytes of the whole field.</summary>
    public int Bytes => Scalar.Bytes() * Count;

    /// <summary>Reads <c>u32</c> or <c>u32[4]</c>.</summary>
    public static bool TryParse(string text, out FieldType type)
    {
        type = default;
        var open = text.IndexOf('[');
        if (!ScalarTypes.TryParse(open < 0 ? text : text[..open], out var scalar))
            return false;
        var count = 1;
        if (open >= 0 && (!text.EndsWith(']') || !int.TryParse(text[(open + 1)..^1], out count) || count is < 1 or > 65536))
            return false;
        type = new FieldType(scalar, count, open >= 0);
        return true;
    }

    /// <summary>What a 64-bit compiler would lay out for a C type that the ABI does not take; for an unknown one, a byte.</summary>
    public static FieldType Nearest(string text)
    {
        var open = text.IndexOf('[');
        var isArray = open >= 0 && text.EndsWith(']') && int.TryParse(text[(open + 1)..^1], out var count) && count is >= 1 and <= 65536;
        string[] words = (open < 0 ? text : text[..open]).Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
        var scalar = words switch
        {
            _ when text.Contains('*') => ScalarType.U64,
            _ when words.Any(w => w is "long" or "size_t" or "ssize_t" or "off_t" or "loff_t" or "time_t" or "uintptr_t" or "intptr_t" or "ptrdiff_t" or "double") => ScalarType.U64,
            ["enum", ..] => ScalarType.U32,
            _ when words.Contains("short") => ScalarType.U16,
            _ when words.Any(w => w is "int" or "unsigned" or "float") => ScalarType.U32,
            [var first, ..] when ScalarTypes.TryParse(first, out var known) => known,
            _ => ScalarType.U8,
        };
        return new FieldType(scalar, isArray ? int.Parse(text[(open + 1)..^1], CultureInfo.InvariantCulture) : 1, isArray);
    }

    /// <summary>The spec's spelling.</summary>
    public override string ToString() => IsArray ? $"{Scalar.Spelled()}[{Count}]" : Scalar.Spelled();
}
