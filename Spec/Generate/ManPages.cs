using System.Text;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate;

/// <summary>Manual pages: one of section 2 for each call, and <c>aio2(7)</c> for what they share.</summary>
internal static class ManPages
{
    /// <summary>Structs that a call's untyped pointers point to.</summary>
    private static readonly Dictionary<string, string[]> Pointees = new()
    {
        ["io_submit2"] = ["iocb2", "aio2_attr", "aio2_vec", "aio2_syscall"],
        ["io_getevents2"] = ["io_event2", "aio2_attr_ret"],
        ["io_issue2"] = ["iocb2", "io_event2"],
        ["io_list2"] = ["aio2_request"],
        ["io_probe2"] = ["aio2_probe_kernel", "aio2_probe_op", "aio2_probe_attr", "aio2_probe_syscall", "aio2_probe_account", "aio2_probe_engine"],
        ["io_ring_ctl2"] = ["aio2_ring_info"],
    };

    /// <summary>Every page, by its path from the root of the repository.</summary>
    public static IEnumerable<GeneratedFile> Generate(SpecDocument spec, string document)
    {
        var texts = RequirementTexts.Read(document);
        foreach (var call in spec.Calls)
            yield return new($"Spec/man/{call.Name}.2", Call(spec, call, texts));
        yield return new("Spec/man/aio2.7", Overview(spec, texts));
    }

    private static string Call(SpecDocument spec, CallDef call, IReadOnlyDictionary<string, string> texts)
    {
        var page = new StringBuilder(ManText.Head(call.Name, 2));
        page.Append(ManText.Section("NAME")).Append($"{call.Name} \\- {Lower(call.Doc)}\n");
        page.Append(ManText.Section("LIBRARY")).Append("AIO v2 library\n.RI ( libaio2 \", \" \\-laio2 )\n");
        page.Append(ManText.Section("SYNOPSIS")).Append(".nf\n.B #include <libaio2.h>\n.PP\n")
            .Append(string.Concat(CCallsHeader.Prototype(call).Split('\n').Select(line => $".BI \"{line.Replace("\t", "        ")}\"\n"))).Append(".fi\n");
        page.Append(ManText.Section("DESCRIPTION")).Append(ManText.Paragraph($"{call.Doc}."));
        foreach (var arg in call.Args)
            page.Append(ManText.Item(arg.Name, $"{arg.Doc}."));
        var structs = Structs(spec, call);
        foreach (var definition in structs)
            Struct(page, definition);
        foreach (var group in Groups(spec, call, structs))
            Group(page, group);
        page.Append(ManText.Section("RETURN VALUE"))
            .Append(ManText.Paragraph($"On success: {call.Returns}. On failure: a negated errno, as listed below; `errno` itself is left alone."));
        page.Append(ManText.Section("ERRORS")).Append(ManText.Paragraph("In the order of the tests: the first that applies is returned."));
        foreach (var error in call.Errors)
            page.Append(ManText.Item($"-{error.Errno}", $"{error.When} ({error.Requirement})."));
        Rules(page, texts, spec.Requirements.Select(r => r.Id).Where(id => Concerns(call, id)));
        return page.Append(SeeAlso(spec, call.Name)).ToString();
    }

    private static string Overview(SpecDocument spec, IReadOnlyDictionary<string, string> texts)
    {
        var page = new StringBuilder(ManText.Head("aio2", 7));
        page.Append(ManText.Section("NAME")).Append("aio2 \\- asynchronous I/O, version 2\n");
        page.Append(ManText.Section("SYNOPSIS")).Append(".nf\n.B #include <libaio2.h>\n.fi\n");
        page.Append(ManText.Section("DESCRIPTION")).Append(ManText.Paragraph(
            "An iocb is a submission record, an event a completion record. Both have a fixed part; attributes follow it in an iocb, attribute returns in an event. " +
            "A context has slots for requests and a ring, through which its events come, or a list, where they wait when the ring has no room."));
        foreach (var call in spec.Calls)
            page.Append($".TP\n.BR {call.Name} (2)\n{ManText.Paragraph(call.Doc + ".")}");
        page.Append(ManText.Section("OPERATIONS"));
        foreach (var op in spec.Ops)
            page.Append(ManText.Item(spec.Opcodes.Prefix + op.Name, $"{op.Doc}."));
        page.Append(ManText.Section("ATTRIBUTES"));
        foreach (var attribute in spec.Attrs)
            page.Append(ManText.Item(spec.Attributes.Prefix + attribute.Name, $"{attribute.Doc}."));
        page.Append(ManText.Section("THE RING"));
        foreach (var name in new[] { "aio2_ring", "aio2_ring_user" })
            Struct(page, spec.Struct(name)!);
        foreach (var family in new[] { "RING", "ATTR", "CTX", "ERR", "ABI" })
            Rules(page, texts, spec.Requirements.Select(r => r.Id).Where(id => id.StartsWith(family + "-", StringComparison.Ordinal)), $"RULES: {family}");
        return page.Append(SeeAlso(spec, "aio2")).ToString();
    }

    private static void Struct(StringBuilder page, StructDef definition)
    {
        page.Append(ManText.Subsection($"struct {definition.Name}")).Append(ManText.Paragraph($"{definition.Doc} ({definition.Requirement})."));
        page.Append(ManText.Verbatim($"struct {definition.Name} {{\n{string.Concat(StructLayout.Of(definition).Fields.Select(f => $"\t{Declare(f.Field)}\n"))}}};"));
        foreach (var field in definition.Fields.Where(f => !f.Reserved))
            page.Append(ManText.Item(field.Name, $"{CText.Doc(field.Doc, field.Requirement)}."));
    }

    // As a reader wants it: how it is aligned is the header's affair.
    private static string Declare(FieldDef field) => $"__{field.Type.Scalar.Spelled()} {field.Name}{(field.Type.IsArray ? $"[{field.Type.Count}]" : "")};";

    private static void Group(StringBuilder page, GroupDef group)
    {
        var unknown = group.Unknown is null ? "" : $"; unknown: {group.Unknown}";
        page.Append(ManText.Subsection(ManText.Literal(group.Prefix + "*"))).Append(ManText.Paragraph(CText.Doc(group.Doc + unknown, group.Requirement) + "."));
        foreach (var value in group.Values)
            page.Append(ManText.Item(group.Prefix + value.Name, CText.Doc(value.Doc, value.Requirement) + "."));
    }

    private static void Rules(StringBuilder page, IReadOnlyDictionary<string, string> texts, IEnumerable<string> ids, string title = "RULES")
    {
        page.Append(ManText.Section(title));
        foreach (var id in ids)
            page.Append(ManText.Item(id, texts.TryGetValue(id, out var text) ? text : throw new SpecException([new SpecError(SpecGenerators.DocumentPath, SpecPosition.Start, $"no text of {id}")])));
    }

    // The prototype's own, then those behind its untyped pointers.
    private static List<StructDef> Structs(SpecDocument spec, CallDef call) =>
    [
        .. spec.Structs.Where(s => call.Args.Any(a => a.Type.Contains($"struct {s.Name} ", StringComparison.Ordinal))),
        .. Pointees.GetValueOrDefault(call.Name, []).Select(name => spec.Struct(name)!),
    ];

    // Those that an argument or a field of a struct of the page speaks of.
    private static IEnumerable<GroupDef> Groups(SpecDocument spec, CallDef call, List<StructDef> structs)
    {
        var words = call.Args.Select(a => a.Doc).Concat(structs.SelectMany(s => s.Fields).Select(f => f.Doc)).ToList();
        return spec.AllGroups.Where(g => words.Any(w => w.Contains(g.Prefix + "*", StringComparison.Ordinal)));
    }

    // The call's own family, and what its errors cite.
    private static bool Concerns(CallDef call, string id)
    {
        var family = id.Split('-')[0].ToLowerInvariant();
        return (call.Name.StartsWith("io_" + family, StringComparison.Ordinal) && family != "ring") || call.Errors.Any(e => e.Requirement == id);
    }

    private static string SeeAlso(SpecDocument spec, string self)
    {
        string[] pages = [.. spec.Calls.Select(c => $"{c.Name} (2)").Append("aio2 (7)").Append("libaio2 (7)").Where(p => !p.StartsWith(self + " ", StringComparison.Ordinal))];
        return ManText.Section("SEE ALSO") + string.Concat(pages.Index().Select(p => $".BR {p.Item}{(p.Index < pages.Length - 1 ? " ," : "")}\n".Replace(") ,", "),")));
    }

    private static string Lower(string text) => char.ToLowerInvariant(text[0]) + text[1..];
}
