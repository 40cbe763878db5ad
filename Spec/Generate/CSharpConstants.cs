using System.Text;
using AioV2.Spec.Model;
using static AioV2.Spec.Generate.CSharpText;

namespace AioV2.Spec.Generate;

/// <summary><c>Constants.g.cs</c>: the limits, and a static class for each group.</summary>
internal static class CSharpConstants
{
    private const string Indent = "    ";

    public static string Generate(SpecDocument spec)
    {
        var text = new StringBuilder(Header);
        Limits(text, spec);
        foreach (var group in spec.AllGroups)
            Group(text, spec, group);
        return text.ToString();
    }

    private static void Limits(StringBuilder text, SpecDocument spec)
    {
        text.Append(Summary("", "Constants of the ABI")).Append("public static class Aio2\n{\n");
        foreach (var constant in spec.Constants)
        {
            var value = constant.Name.EndsWith("MAGIC", StringComparison.Ordinal)
                ? Hex(constant.Value, constant.Type) : Literal(constant.Value, constant.Type);
            text.Append(Summary(Indent, constant.Doc, constant.Requirement));
            text.Append($"    public const {Type(constant.Type)} {Pascal(constant.Name["AIO2_".Length..])} = {value};\n");
        }
        text.Append(Summary(Indent, "SHA-256 of the spec that this was generated from, in hexadecimal"));
        text.Append($"    public const string SpecHash = \"{spec.Hash}\";\n}}\n");
    }

    private static void Group(StringBuilder text, SpecDocument spec, GroupDef group)
    {
        var unknown = group.Unknown is null ? "" : $"; unknown: {group.Unknown}";
        var type = Type(group.Type);
        text.Append('\n').Append(Summary("", group.Doc + unknown, group.Requirement));
        text.Append($"public static class {group.CSharp}\n{{\n");
        foreach (var value in group.Values)
        {
            var literal = group.Kind == GroupKind.Flags ? Hex(value.Value, group.Type) : Literal(value.Value, group.Type);
            text.Append(Summary(Indent, value.Doc, value.Requirement));
            text.Append($"    public const {type} {Pascal(value.Name)} = {literal};\n");
        }
        if (group.Kind == GroupKind.Flags)
            text.Append(Summary(Indent, "Every known bit")).Append($"    public const {type} Known = {Hex(group.Known, group.Type)};\n");
        else
            text.Append(Summary(Indent, "The largest known value")).Append($"    public const {type} Last = {Literal(group.Values.Max(v => v.Value), group.Type)};\n");
        Switch(text, "The name in C without its prefix, or null where the value is unknown", $"string? NameOf({type} value)",
            group.Values.Select(v => (v, Quoted(v.Name))), "null");
        if (group == spec.Reasons)
            Reasons(text, spec, type);
        if (group == spec.Attributes)
        {
            text.Append(Summary(Indent, "Types from here up are the drivers' own", "ATTR-5"));
            text.Append($"    public const {type} DriverBase = {Hex(spec.DriverBase, group.Type)};\n");
        }
        text.Append("}\n");
    }

    private static void Reasons(StringBuilder text, SpecDocument spec, string type)
    {
        text.Append('\n');
        Switch(text, "The one-line text, never null", $"string TextOf({type} value)",
            spec.ReasonCodes.Select(r => ((ValueDef)r, Quoted(r.Doc))), "\"unknown reason\"");
        text.Append('\n');
        Switch(text, "The errno (positive) that goes with a reason, 0 for none", $"int ErrnoOf({type} value)",
            spec.ReasonCodes.Where(r => r.Errno is not null).Select(r => ((ValueDef)r, $"{spec.ErrnoClass}.{r.Errno}")), "0");
    }

    private static void Switch(StringBuilder text, string summary, string signature, IEnumerable<(ValueDef Value, string Result)> arms, string otherwise)
    {
        text.Append(Summary(Indent, summary)).Append($"    public static {signature} => value switch\n    {{\n");
        foreach (var (value, result) in arms)
            text.Append($"        {Pascal(value.Name)} => {result},\n");
        text.Append($"        _ => {otherwise},\n    }};\n");
    }
}
