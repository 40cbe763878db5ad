using AioV2.Spec.Generate;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Spec.Check;

/// <summary>No two things share a name: in the spec, in C, or in C#.</summary>
internal static class NameChecks
{
    /// <summary>Names that a generated C# class has beside its values.</summary>
    private static readonly string[] Taken = ["Known", "Last", "NameOf", "TextOf", "ErrnoOf", "DriverBase"];

    public static void Run(SpecDocument spec, ErrorList errors)
    {
        Unique("group", spec.Groups.Select(g => (g.Name, g.AtKey("name"))), errors);
        Unique("struct", spec.Structs.Select(s => (s.Name, s.AtKey("name"))), errors);
        Unique("call", spec.Calls.Select(c => (c.Name, c.AtKey("name"))), errors);
        Unique("call's C# member", spec.Calls.Select(c => (c.CSharp, c.AtKey("csharp"))), errors);
        Unique("errno", spec.Errnos.Select(e => (e.Name, e.AtKey("name"))), errors);
        Unique("requirement id", spec.Requirements.Select(r => (r.Id, r.AtKey("id"))), errors);
        foreach (var call in spec.Calls)
            Unique($"argument of {call.Name}", call.Args.Select(a => (a.Name, a.AtKey("name"))), errors);
        foreach (var group in spec.AllGroups)
            InGroup(group, errors);
        Unique("C macro", spec.Constants.Select(c => (c.Name, c.AtKey("name")))
            .Concat(spec.AllGroups.SelectMany(g => g.Values.Select(v => (g.Prefix + v.Name, v.AtKey("name"))))), errors);
        Unique("C# type", spec.AllGroups.Select(g => (g.CSharp, g.AtKey("csharp")))
            .Concat(spec.Structs.Select(s => (CSharpText.Pascal(s.Name), s.AtKey("name"))))
            .Prepend((spec.ErrnoClass, SpecPosition.Start)).Prepend(("Aio2Catalog", SpecPosition.Start)).Prepend(("Aio2", SpecPosition.Start)), errors);
    }

    private static void InGroup(GroupDef group, ErrorList errors)
    {
        Unique($"value of {group.Name}", group.Values.Select(v => (CSharpText.Pascal(v.Name), v.AtKey("name"))), errors);
        foreach (var value in group.Values.Where(v => Taken.Append(group.CSharp).Contains(CSharpText.Pascal(v.Name))))
            errors.Add(value.AtKey("name"), $"expected another name: '{CSharpText.Pascal(value.Name)}' is taken in the C# class {group.CSharp}");
    }

    /// <summary>Reports every name after the first of its kind, with the line of that one.</summary>
    public static void Unique(string what, IEnumerable<(string Name, SpecPosition At)> names, ErrorList errors)
    {
        var seen = new Dictionary<string, SpecPosition>();
        foreach (var (name, at) in names)
        {
            if (!seen.TryAdd(name, at))
                errors.Add(at, $"expected each {what} once: '{name}' stands at line {seen[name].Line} already");
        }
    }
}
