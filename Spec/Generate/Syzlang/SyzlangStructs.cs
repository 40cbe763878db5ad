using System.Text;
using System.Text.RegularExpressions;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Syzlang;

/// <summary>Structs of the spec, field by field.</summary>
internal static partial class SyzlangStructs
{
    private static readonly Dictionary<string, string> Descriptors = new() { ["fd"] = "fd", ["eventfd"] = "fd_event", ["ring_fd"] = "fd_memfd" };

    public static string Struct(SyzlangParts parts, StructDef definition)
    {
        var text = new StringBuilder($"{definition.Name} {{\n");
        foreach (var field in definition.Fields)
            text.Append($"\t{field.Name}\t{Field(parts, definition, field)}{(field.Direction is "in" or "out" ? $"\t({field.Direction})" : "")}\n");
        return text.Append("}\n").ToString();
    }

    /// <summary>The type of a field, by what its text says of it.</summary>
    public static string Field(SyzlangParts parts, StructDef definition, FieldDef field)
    {
        var number = Int(field.Type.Scalar);
        if (field.Type.IsArray)
            return $"array[{(field.Reserved ? $"const[0, {number}]" : number)}, {field.Type.Count}]";
        if (field.Reserved || field.Doc == "Zero")
            return $"const[0, {number}]";
        if (field.Name == definition.SizeField?.Value || field.Name == definition.Record?.Value)
            return $"len[parent, {number}]";
        if (Descriptors.TryGetValue(field.Name, out var descriptor))
            return descriptor;
        if (field.Name == "ctx")
            return "aio2_ctx";
        if (field.Name == "user_data")
            return "aio2_user_data";
        if (Target(definition, field) is { } target)
            return $"bytesize[{target}, {number}]";
        if (definition.Fields.Any(other => Target(definition, other) == field.Name))
            return field.Doc.Contains("or 0", StringComparison.Ordinal) ? "ptr64[in, array[int8], opt]" : "ptr64[inout, array[int8]]";
        if (field.Name.EndsWith("_addr", StringComparison.Ordinal))
            return "vma64[opt]";
        if (Range().Match(field.Doc) is { Success: true } range)
            return $"{number}[{range.Groups[1].Value}:{range.Groups[2].Value}]";
        return parts.Spec.GroupIn(field.Doc) is { } group ? $"flags[{parts.List(group)}, {number}]" : number;
    }

    /// <summary>syzkaller's name of a scalar type; it has no sign.</summary>
    public static string Int(ScalarType type) => $"int{type.Bytes() * 8}";

    /// <summary>The field whose bytes this one counts.</summary>
    private static string? Target(StructDef definition, FieldDef field) =>
        BytesAt().Match(field.Doc) is { Success: true } match && definition.Fields.Any(f => f.Name == match.Groups[1].Value) ? match.Groups[1].Value : null;

    [GeneratedRegex(@"\b(\d+) to (\d+)$")]
    private static partial Regex Range();

    [GeneratedRegex(@"^Bytes at (\w+)")]
    private static partial Regex BytesAt();
}
