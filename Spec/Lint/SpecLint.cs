using AioV2.Spec.Check;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Spec.Lint;

/// <summary>Says of a spec what experienced reviewers of Linux ABIs would say; also of one that the parser refuses.</summary>
public static class SpecLint
{
    /// <summary>Everything there is to say at once.</summary>
    /// <param name="utf8">The spec.</param>
    /// <param name="file">The name that findings give.</param>
    /// <exception cref="SpecException">The text is not YAML.</exception>
    public static LintReport Run(ReadOnlySpan<byte> utf8, string file)
    {
        var spec = SpecParser.ParseAnyway(utf8, file, out var formErrors);
        return Run(spec, formErrors);
    }

    /// <summary>The same for a spec whose form is sound.</summary>
    public static LintReport Run(SpecDocument spec) => Run(spec, []);

    private static LintReport Run(SpecDocument spec, IReadOnlyList<SpecError> formErrors)
    {
        var notes = new LintNotes(spec.File);
        TypeLint.Run(spec, notes);
        LayoutLint.Run(spec, notes);
        GrowthLint.Run(spec, notes);
        SharingLint.Run(spec, notes);
        FlagsLint.Run(spec, notes);
        ReservedLint.Run(spec, notes);
        ValueLint.Run(spec, notes);
        RecordLint.Run(spec, notes);
        NameLint.Run(spec, notes);
        CallLint.Run(spec, notes);
        foreach (var node in Nodes(spec))
            notes.CheckAllows(node);
        Refused(spec, formErrors, notes);
        return notes.Report;
    }

    /// <summary>What else the parser refuses. A declaration that cannot be read makes its checks meaningless, so those wait for it.</summary>
    private static void Refused(SpecDocument spec, IReadOnlyList<SpecError> formErrors, LintNotes notes)
    {
        List<SpecError> unsaid = [.. formErrors.Where(error => !notes.Holds(error.At))];
        var errors = unsaid.Count > 0 ? unsaid : [.. SpecChecks.Run(spec).Where(error => !notes.Holds(error.At))];
        foreach (var error in errors)
            notes.Add(LintRules.Refused, error.At, error.Message);
    }

    private static IEnumerable<SpecNode> Nodes(SpecDocument spec) =>
    [
        .. spec.AllGroups,
        .. spec.Structs, .. spec.Structs.SelectMany(s => s.Fields),
        .. spec.Calls, .. spec.Calls.SelectMany(c => c.Args),
    ];
}
