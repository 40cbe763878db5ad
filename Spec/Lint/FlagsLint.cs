using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>Flags for which nobody says what an unknown bit does.</summary>
internal static class FlagsLint
{
    public static void Run(SpecDocument spec, LintNotes notes)
    {
        List<GroupDef> flags = [.. spec.AllGroups.Where(g => g.Kind == GroupKind.Flags)];
        foreach (var group in flags.Where(g => g.Prefix.Length > 0))
        {
            if (group.Unknown is null)
                notes.Add(LintRules.FlagsUnknown, group, group.At, $"the flags {group.Prefix}* do not say what an unknown bit does: add 'unknown', best -EINVAL");
            else if (group.Unknown.Contains("ignore", StringComparison.OrdinalIgnoreCase))
                notes.Add(LintRules.FlagsUnknown, group, group.AtKey("unknown"), $"unknown bits of {group.Prefix}* are ignored: refuse them");
        }
        foreach (var definition in spec.Structs)
        {
            foreach (var field in definition.Fields.Where(f => IsFlags(f.Name) && f is { Reserved: false, Doc.Length: > 0 } && !Bounded(f.Doc, flags)))
                notes.Add(LintRules.FlagsUnknown, field, field.AtKey("doc"), $"'{field.Name}' of {definition.Name} names no group of flags, so nothing says which bits are known: name one, or say that it is zero");
        }
        foreach (var call in spec.Calls)
        {
            foreach (var arg in call.Args.Where(a => IsFlags(a.Name) && a.Doc.Length > 0 && !Bounded(a.Doc, flags)))
                notes.Add(LintRules.FlagsUnknown, arg, arg.AtKey("doc"), $"'{arg.Name}' of {call.Name} names no group of flags, so nothing says which bits are known: name one, or say that it is 0");
        }
    }

    private static bool IsFlags(string name) => name == "flags" || name.EndsWith("_flags", StringComparison.Ordinal);

    private static bool Bounded(string doc, List<GroupDef> flags) =>
        doc is "0" or "Zero" || flags.Any(group => group.Prefix.Length > 0 && doc.Contains(group.Prefix, StringComparison.Ordinal));
}
