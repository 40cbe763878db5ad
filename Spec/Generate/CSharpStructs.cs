using System.Text;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;
using static AioV2.Spec.Generate.CSharpText;

namespace AioV2.Spec.Generate;

/// <summary><c>Structs.g.cs</c>: every struct with explicit offsets.</summary>
internal static class CSharpStructs
{
    private const string Indent = "    ";

    public static string Generate(SpecDocument spec)
    {
        var text = new StringBuilder(Header.Replace("namespace", "using System.Runtime.InteropServices;\n\nnamespace"));
        foreach (var definition in spec.Structs)
            Struct(text, StructLayout.Of(definition));
        return text.ToString();
    }

    private static void Struct(StringBuilder text, StructLayout layout)
    {
        var definition = layout.Definition;
        text.Append('\n').Append(Summary("", definition.Doc, definition.Requirement));
        text.Append($"[StructLayout(LayoutKind.Explicit, Size = {layout.Size})]\n");
        text.Append($"public unsafe partial struct {Pascal(definition.Name)}\n{{\n");
        text.Append(Summary(Indent, "Bytes of the whole struct")).Append($"    public const int SizeOf = {layout.Size};\n");
        if (definition.FirstSize is { } first)
            text.Append(Summary(Indent, "Bytes of the struct as first published", "SETUP-3")).Append($"    public const int FirstSizeOf = {first};\n");
        foreach (var (field, offset) in layout.Fields)
        {
            var (type, name) = (Type(field.Type.Scalar), Pascal(field.Name));
            text.Append('\n').Append(Summary(Indent, field.Doc, field.Requirement));
            text.Append($"    [FieldOffset({offset})] public {(field.Type.IsArray ? $"fixed {type} {name}[{field.Type.Count}]" : $"{type} {name}")};\n");
        }
        text.Append('\n').Append(Summary(Indent, "Offsets of the fields, bytes")).Append("    public static class At\n    {\n");
        foreach (var (field, offset) in layout.Fields)
        {
            text.Append(Summary("        ", $"Bytes from the start to {field.Name}"));
            text.Append($"        public const int {Pascal(field.Name)} = {offset};\n");
        }
        text.Append("    }\n}\n");
    }
}
