using System.Text;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Drawing;

/// <summary>What a spec holds, as text: all of it in short, or one thing in full.</summary>
public static class SpecOverview
{
    /// <summary>One line for every constant, group, struct, operation, attribute, call.</summary>
    public static string Of(SpecDocument spec)
    {
        var text = new StringBuilder($"{spec.Title} ({spec.Name}), ABI version {spec.AbiVersion}, {spec.License}\n{spec.File}, sha256:{spec.Hash}\n");
        Section(text, "constants", spec.Constants.Select(c => (c.Name, Number(c.Value), c.Doc)));
        Section(text, "groups", spec.AllGroups.Select(g => (g.Name, $"{g.Values.Count} {(g.Kind == GroupKind.Flags ? "flags" : "values")}, {g.Type.Spelled()}", g.Doc)));
        Section(text, "structs", spec.Structs.Select(s => (s.Name, $"{StructLayout.Of(s).Size} bytes, {s.Fields.Count} fields", s.Doc)));
        Section(text, "operations", spec.Ops.Select(o => (o.Name, Number(o.Value), o.Doc)));
        Section(text, "attributes", spec.Attrs.Select(a => (a.Name, Number(a.Value), a.Doc)));
        Section(text, "calls", spec.Calls.Select(c => (c.Name, $"{c.Args.Count} arguments, {c.Errors.Count} errors", c.Doc)));
        Section(text, "reasons", spec.ReasonCodes.Select(r => (r.Name, r.Errno is { } errno ? $"{Number(r.Value)}, -{errno}" : Number(r.Value), r.Doc)));
        Section(text, "errnos", spec.Errnos.Select(e => (e.Name, Number((ulong)e.Value), e.Text)));
        return text.ToString();
    }

    /// <summary>One thing in full: a struct, a group, a call, a constant, or a value by its C name; null if there is none with this name.</summary>
    public static string? Of(SpecDocument spec, string name)
    {
        if (spec.Struct(name) is { Fields.Count: > 0 } definition)
            return StructDrawing.Draw(StructLayout.Of(definition));
        if (spec.AllGroups.FirstOrDefault(g => g.Name == name || g.Prefix == name) is { } group)
            return Group(group);
        if (spec.Calls.FirstOrDefault(c => c.Name == name) is { } call)
            return Call(call);
        if (spec.Constants.FirstOrDefault(c => c.Name == name) is { } constant)
            return Line(constant.Name, Number(constant.Value), constant.Type, constant.Doc, constant.Requirement);
        var found = spec.AllGroups.SelectMany(g => g.Values.Select(v => (Group: g, Value: v))).FirstOrDefault(pair => pair.Group.Prefix + pair.Value.Name == name);
        return found.Value is { } value ? Line(name, Number(value.Value), found.Group.Type, value.Doc, value.Requirement) : null;
    }

    /// <summary>Every name that <see cref="Of(SpecDocument, string)"/> knows.</summary>
    public static IEnumerable<string> Names(SpecDocument spec) =>
        [.. spec.Structs.Select(s => s.Name), .. spec.AllGroups.Select(g => g.Name), .. spec.Calls.Select(c => c.Name), .. spec.Constants.Select(c => c.Name)];

    private static string Group(GroupDef group)
    {
        var text = new StringBuilder($"{group.Name}: {group.Doc}\n{group.Prefix}*, {group.Type.Spelled()}, {(group.Kind == GroupKind.Flags ? "flags" : "numbers")}");
        text.Append(group.Unknown is { } unknown ? $"; unknown: {unknown}\n" : "\n");
        var width = group.Values.Max(v => (group.Prefix + v.Name).Length);
        foreach (var value in group.Values)
            text.Append($"  {(group.Prefix + value.Name).PadRight(width)}  {Number(value.Value),10}  {value.Doc}{Cited(value.Requirement)}\n");
        return text.ToString();
    }

    private static string Call(CallDef call)
    {
        var text = new StringBuilder($"long {call.Name}({string.Join(", ", call.Args.Select(a => a.Type.EndsWith('*') ? a.Type + a.Name : $"{a.Type} {a.Name}"))})\n{call.Doc}; returns {call.Returns}\n");
        foreach (var arg in call.Args)
            text.Append($"  {arg.Name,-12}  {arg.Doc}\n");
        foreach (var error in call.Errors)
            text.Append($"  {"-" + error.Errno,-12}  {error.When}{Cited(error.Requirement)}\n");
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, IEnumerable<(string Name, string What, string Doc)> lines)
    {
        var all = lines.ToList();
        text.Append($"\n{title} ({all.Count})\n");
        if (all.Count == 0)
            return;
        var (name, what) = (all.Max(line => line.Name.Length), all.Max(line => line.What.Length));
        foreach (var line in all)
            text.Append($"  {line.Name.PadRight(name)}  {line.What.PadRight(what)}  {line.Doc}\n");
    }

    private static string Line(string name, string value, ScalarType type, string doc, string? requirement) => $"{name} = {value} ({type.Spelled()})\n{doc}{Cited(requirement)}\n";

    private static string Cited(string? requirement) => requirement is null ? "" : $" [{requirement}]";

    private static string Number(ulong value) => value < 10 ? value.ToString() : $"{value} (0x{value:x})";
}
