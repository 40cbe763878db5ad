using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>Two meanings with one value, two values with one name.</summary>
internal static class ValueLint
{
    public static void Run(SpecDocument spec, LintNotes notes)
    {
        foreach (var group in spec.AllGroups)
            InGroup(group, notes);
        Macros(spec, notes);
        Prefixes(spec, notes);
        var errnos = new Dictionary<int, string>();
        foreach (var errno in spec.Errnos.Where(e => !errnos.TryAdd(e.Value, e.Name)))
            notes.Add(LintRules.Collision, errno, errno.AtKey("value"), $"{errno.Name} and {errnos[errno.Value]} are both {errno.Value}");
        foreach (var attribute in spec.Attrs.Where(a => a.Value >= spec.DriverBase && spec.DriverBase > 0))
            notes.Add(LintRules.Collision, attribute, attribute.AtKey("value"), $"{attribute.Name} is {attribute.Value}, one of the drivers' own types (from 0x{spec.DriverBase:x} up, ATTR-5)");
    }

    private static void InGroup(GroupDef group, LintNotes notes)
    {
        var key = group.Kind == GroupKind.Flags ? "bit" : "value";
        var seen = new Dictionary<ulong, string>();
        // Without its value a declaration cannot be read at all, which the parser says.
        foreach (var value in group.Values.Where(v => v.Keys.ContainsKey(key) && !seen.TryAdd(v.Value, v.Name)))
            notes.Add(LintRules.Collision, group, value.AtKey(key), $"{group.Prefix}{value.Name} and {group.Prefix}{seen[value.Value]} are both 0x{value.Value:x}");
    }

    private static void Macros(SpecDocument spec, LintNotes notes)
    {
        var names = spec.Constants.Select(c => (c.Name, At: c.AtKey("name")))
            .Concat(spec.AllGroups.SelectMany(g => g.Values.Select(v => (Name: g.Prefix + v.Name, At: v.AtKey("name")))));
        var seen = new Dictionary<string, SpecPosition>();
        foreach (var (name, at) in names.Where(n => n.Name.Length > 0 && !seen.TryAdd(n.Name, n.At)))
            notes.Add(LintRules.Collision, at, $"the macro {name} is defined at line {seen[name].Line} already");
    }

    /// <summary>A program reads macros of one prefix as one set; two groups behind one prefix are two.</summary>
    private static void Prefixes(SpecDocument spec, LintNotes notes)
    {
        var seen = new Dictionary<string, GroupDef>();
        foreach (var group in spec.AllGroups.Where(g => g.Prefix.Length > 0 && !seen.TryAdd(g.Prefix, g)))
        {
            var first = seen[group.Prefix];
            if (group.Values.Select(v => v.Value).Intersect(first.Values.Select(v => v.Value)).Any())
                notes.Add(LintRules.Collision, group, group.AtKey("prefix"), $"{group.Name} and {first.Name} give the same numbers under the prefix {group.Prefix}: a program cannot tell which set a macro belongs to");
        }
    }
}
