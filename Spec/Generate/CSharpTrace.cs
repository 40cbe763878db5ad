using System.Text;
using AioV2.Spec.Model;
using static AioV2.Spec.Generate.CSharpText;

namespace AioV2.Spec.Generate;

/// <summary><c>Trace.g.cs</c>: the kinds of a trace's records, the places of their fields, and the schema that a file carries.</summary>
internal static class CSharpTrace
{
    private const string Indent = "    ";

    public static string Generate(TraceDef trace)
    {
        var text = new StringBuilder(Header);
        text.Append(Summary("", trace.Doc)).Append($"public static class {trace.CSharp}\n{{\n");
        text.Append(Summary(Indent, "What the first record of a file says that it is")).Append($"    public const string Format = {Quoted(trace.Format)};\n");
        text.Append(Summary(Indent, "Version of the format")).Append($"    public const int Version = {trace.Version};\n");
        text.Append("}\n\n").Append(Summary("", "Kinds of records: the first value of each")).Append($"public static class {trace.CSharp}Kind\n{{\n");
        foreach (var record in trace.Records)
        {
            text.Append(Summary(Indent, record.Doc)).Append($"    public const int {Pascal(record.Name)} = {record.Value};\n");
        }
        text.Append(Summary(Indent, "The largest known kind")).Append($"    public const int Last = {trace.Records.Max(r => r.Value)};\n}}\n");
        foreach (var record in trace.Records)
            Fields(text, trace, record);
        Schema(text, trace);
        return text.ToString();
    }

    private static void Fields(StringBuilder text, TraceDef trace, TraceRecordDef record)
    {
        text.Append('\n').Append(Summary("", $"Places of the fields of {record.Name}, counted from 0 behind the kind"));
        text.Append($"public static class {trace.CSharp}{Pascal(record.Name)}\n{{\n");
        foreach (var (place, field) in record.Fields.Index())
            text.Append(Summary(Indent, field.Doc)).Append($"    public const int {Pascal(field.Name)} = {place};\n");
        text.Append("}\n");
    }

    private static void Schema(StringBuilder text, TraceDef trace)
    {
        text.Append('\n').Append(Summary("", "The schema: for each kind the names and types of its fields"));
        text.Append($"public static class {trace.CSharp}Schema\n{{\n");
        text.Append(Summary(Indent, "Every kind, in the order of the spec"));
        text.Append("    public static System.Collections.Generic.IReadOnlyList<(int Kind, string Name, (string Name, string Type)[] Fields)> Records { get; } =\n    [\n");
        foreach (var record in trace.Records)
        {
            var fields = string.Join(", ", record.Fields.Select(f => $"({Quoted(f.Name)}, {Quoted(f.Type)})"));
            text.Append($"        ({trace.CSharp}Kind.{Pascal(record.Name)}, {Quoted(record.Name)}, [{fields}]),\n");
        }
        text.Append("    ];\n}\n");
    }
}
