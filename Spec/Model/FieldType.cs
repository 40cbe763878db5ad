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

    /// <summary>The spec's spelling.</summary>
    public override string ToString() => IsArray ? $"{Scalar.Spelled()}[{Count}]" : Scalar.Spelled();
}
