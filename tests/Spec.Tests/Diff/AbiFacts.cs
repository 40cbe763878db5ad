using AioV2.Spec.Diff;
using AioV2.Spec.Layout;

namespace AioV2.Spec.Tests.Diff;

/// <summary>What of a diff a compiled header shows, in words that <see cref="AbiDiffReport"/> uses, too.</summary>
internal static class AbiFacts
{
    public static HashSet<string> Of(SpecDiff diff)
    {
        var facts = new HashSet<string>();
        foreach (var change in diff.Changes)
        {
            var name = change.Subject.Split('.', '(')[0];
            if (Fact(change, diff) is not { } fact)
                continue;
            facts.Add(fact);
            if (change.Kind is not ("struct-added" or "struct-removed" or "call-added" or "call-removed") && !change.Subject.Contains('('))
                facts.Add($"changed {name}");
        }
        return facts;
    }

    /// <summary>
    /// What abidiff cannot see, though it is in the header: that arguments of one type change places (names of parameters are no part of
    /// a function's type), and whether <c>void *</c> points to a constant. Of a field in the very place of another it tells a new name.
    /// </summary>
    private static string? Fact(SpecChange change, SpecDiff diff) => (change.Kind, change.Subject) switch
    {
        ("field-retired" or "field-from-reserved", var subject) when TakesPlace(subject, diff) => $"rename {subject.Split('.')[0]}",
        ("argument-const", _) when change.Old!.Contains("void", StringComparison.Ordinal) => null,
        var (kind, subject) => Fact(kind, subject, diff),
    };

    private static bool TakesPlace(string subject, SpecDiff diff)
    {
        var name = subject.Split('.')[0];
        var (old, @new) = (StructLayout.Of(diff.Old.Struct(name)!).Fields, StructLayout.Of(diff.New.Struct(name)!).Fields);
        var place = old.Concat(@new).First(p => $"{name}.{p.Field.Name}" == subject);
        return old.Any(p => p.Offset == place.Offset && p.Field.Type == place.Field.Type) && @new.Any(p => p.Offset == place.Offset && p.Field.Type == place.Field.Type);
    }

    private static string? Fact(string kind, string subject, SpecDiff diff) => kind switch
    {
        "struct-added" => $"added take_{subject}",
        "struct-removed" => $"removed take_{subject}",
        "struct-size" => $"size {subject}: {8 * StructLayout.Of(diff.Old.Struct(subject)!).Size} {8 * StructLayout.Of(diff.New.Struct(subject)!).Size}",
        "field-appended" or "field-inserted" or "field-from-reserved" or "field-in-hole" => $"insert {subject}",
        "field-removed" or "field-retired" => $"delete {subject}",
        "field-renamed" or "field-reused" => $"rename {subject.Split('.')[0]}",
        "field-moved" => $"move {subject}",
        "field-type" or "field-sign" => $"type {subject}",
        "reserved" => $"changed {subject}",
        "call-added" => $"added {subject.Split('(')[0]}",
        "call-removed" => $"removed {subject.Split('(')[0]}",
        "call-arguments" or "argument-type" or "argument-const" => $"call {subject.Split('(')[0]}",
        _ => null,
    };
}
