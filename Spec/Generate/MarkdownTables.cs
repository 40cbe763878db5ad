using System.Text;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate;

/// <summary>The tables of <c>io_setup2.md</c>, by the name of their region.</summary>
internal static class MarkdownTables
{
    /// <summary>Names of the regions that the document must have, each once.</summary>
    public static IReadOnlyList<string> Regions { get; } =
        ["calls", "structs", "constants", "flags", "operations", "syscalls", "attributes", "reasons", "errnos", "trace", "requirements"];

    public static string Generate(SpecDocument spec, string region) => region switch
    {
        "calls" => Calls(spec),
        "structs" => Structs(spec),
        "constants" => Table(["constant", "value", "meaning", "from"],
            spec.Constants.Select(c => new[] { Code(c.Name), $"{c.Value}", c.Doc, c.Requirement ?? "" })),
        "flags" => string.Join('\n', spec.Groups.Append(spec.RwFlags).Select(Group)),
        "operations" => Operations(spec),
        "syscalls" => Group(spec.Syscalls),
        "attributes" => Attributes(spec),
        "reasons" => Table(["code", "name", "errno", "text"],
            spec.ReasonCodes.Select(r => new[] { $"{r.Value}", Code(spec.Reasons.Prefix + r.Name), r.Errno is null ? "0" : Code($"-{r.Errno}"), r.Doc })),
        "trace" => Trace(spec.Trace),
        "errnos" => Table(["errno", "value", "meaning"], spec.Errnos.Select(e => new[] { Code(e.Name), $"{e.Value}", e.Text })),
        "requirements" => Table(["id", "title"], spec.Requirements.Select(r => new[] { $"[{r.Id}](#{r.Id.ToLowerInvariant()})", r.Title })),
        _ => throw new ArgumentOutOfRangeException(nameof(region), region, "no such region"),
    };

    private static string Calls(SpecDocument spec)
    {
        var text = new StringBuilder();
        foreach (var call in spec.Calls)
        {
            text.Append($"#### `{call.Name}`\n\n{call.Doc}. Returns {call.Returns}; or, in the order of the tests:\n\n");
            text.Append(Table(["argument", "type", "meaning"], call.Args.Select(a => new[] { Code(a.Name), Code(a.Type), a.Doc }))).Append('\n');
            text.Append(Table(["error", "when", "from"], call.Errors.Select(e => new[] { Code($"-{e.Errno}"), e.When, e.Requirement }))).Append('\n');
        }
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Structs(SpecDocument spec)
    {
        var text = new StringBuilder();
        foreach (var definition in spec.Structs)
        {
            var layout = StructLayout.Of(definition);
            var growth = !definition.Grows ? "never grows" : definition.FirstSize is { } first ? $"may grow, first published with {first}" : "may grow";
            text.Append($"#### `struct {definition.Name}`\n\n{definition.Doc}. {layout.Size} bytes; {growth} ({definition.Requirement}).\n\n");
            var rows = layout.Fields.Select(p => new[]
            {
                $"{p.Offset}", $"{p.Size}", Code(p.Field.Type.ToString()), Code(p.Field.Name),
                Wording(p.Field), p.Field.Requirement ?? "",
            });
            text.Append(Table(["offset", "bytes", "type", "field", "meaning", "from"], rows)).Append('\n');
        }
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Wording(FieldDef field)
    {
        var direction = field.Direction is null ? "" : $" [{field.Direction}]";
        var line = field.Line is null ? "" : $" [{(field.Line == "constants" ? "constant" : field.Line + " line")}]";
        return field.Doc + direction + line;
    }

    private static string Group(GroupDef group)
    {
        var unknown = group.Unknown is null ? "" : $" Unknown: {group.Unknown}.";
        var flags = group.Kind == GroupKind.Flags;
        return $"#### `{group.Prefix}*`\n\n{group.Doc}.{unknown}\n\n" + Table([flags ? "bit" : "value", "name", "meaning", "from"],
            group.Values.Select(v => new[] { flags ? $"{ulong.Log2(v.Value)}" : $"{v.Value}", Code(group.Prefix + v.Name), v.Doc, v.Requirement ?? "" }));
    }

    private static string Operations(SpecDocument spec) => Table(
        ["opcode", "name", "what it does", "fields it uses", "iocb flags", "`rw_flags`"],
        spec.Ops.Select(op => new[]
        {
            $"{op.Value}", Code(spec.Opcodes.Prefix + op.Name), op.Doc, Names(op.Uses), Names(op.IocbFlags), Names(op.RwFlags),
        }));

    private static string Attributes(SpecDocument spec) => Table(
        ["type", "name", "what it is", "payload", "return's payload", "fits", "feature"],
        spec.Attrs.Select(a => new[]
        {
            $"{a.Value}", Code(spec.Attributes.Prefix + a.Name), a.Doc, a.In is { } i ? Code(i.Value) : "none", a.Out is { } o ? Code(o.Value) : "none",
            a.Opcodes is null ? "all" : Names(a.Opcodes), a.Feature is { } feature ? Code(feature.Value) : "",
        }));

    private static string Trace(TraceDef? trace) => trace is null ? "None.\n" : Table(["kind", "name", "when", "fields"],
        trace.Records.Select(r => new[] { $"{r.Value}", Code(r.Name), r.Doc, string.Join(", ", r.Fields.Select(f => Code(f.Name))) }));

    private static string Names(IEnumerable<SpecName> names) => string.Join(", ", names.Select(n => Code(n.Value)));

    private static string Code(string text) => $"`{text}`";

    /// <summary>Bars end a cell even in code; stars are emphasis only outside it.</summary>
    private static string Cell(string text)
    {
        var cell = text.Replace("|", "\\|");
        return cell.StartsWith('`') ? cell : cell.Replace("*", "\\*");
    }

    private static string Table(string[] head, IEnumerable<string[]> rows)
    {
        var text = new StringBuilder($"| {string.Join(" | ", head)} |\n|{string.Concat(head.Select(_ => "---|"))}\n");
        foreach (var row in rows)
            text.Append($"| {string.Join(" | ", row.Select(Cell))} |\n");
        return text.ToString();
    }
}
