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
        Unique("group", spec.Groups.Select(g => new Declaration(g.Name, g)), errors);
        Unique("struct", spec.Structs.Select(s => new Declaration(s.Name, s)), errors);
        Unique("call", spec.Calls.Select(c => new Declaration(c.Name, c)), errors);
        Unique("call's C# member", spec.Calls.Select(c => new Declaration(c.CSharp, c, "csharp")), errors);
        Unique("errno", spec.Errnos.Select(e => new Declaration(e.Name, e)), errors);
        Unique("requirement id", spec.Requirements.Select(r => new Declaration(r.Id, r, "id")), errors);
        foreach (var call in spec.Calls)
            Unique($"argument of {call.Name}", call.Args.Select(a => new Declaration(a.Name, a)), errors);
        foreach (var group in spec.AllGroups)
            InGroup(group, errors);
        Unique("C macro", spec.Constants.Select(c => new Declaration(c.Name, c))
            .Concat(spec.AllGroups.SelectMany(g => g.Values.Select(v => new Declaration(g.Prefix + v.Name, v)))), errors);
        Unique("C# type", spec.AllGroups.Select(g => new Declaration(g.CSharp, g, "csharp"))
            .Concat(spec.Structs.Select(s => new Declaration(CSharpText.Pascal(s.Name), s)))
            .Prepend(new Declaration(spec.ErrnoClass, SpecPosition.Start)).Prepend(new Declaration("Aio2Catalog", SpecPosition.Start)).Prepend(new Declaration("Aio2", SpecPosition.Start)), errors);
    }

    private static void InGroup(GroupDef group, ErrorList errors)
    {
        Unique($"value of {group.Name}", group.Values.Select(v => new Declaration(CSharpText.Pascal(v.Name), v)), errors);
        foreach (var value in group.Values.Where(v => Taken.Append(group.CSharp).Contains(CSharpText.Pascal(v.Name))))
            errors.Add(value.AtKey("name"), $"expected another name: '{CSharpText.Pascal(value.Name)}' is taken in the C# class {group.CSharp}");
    }

    /// <summary>Reports every name after the first of its kind, with the line of that one.</summary>
    public static void Unique(string what, IEnumerable<Declaration> names, ErrorList errors)
    {
        var seen = new Dictionary<string, SpecPosition>();
        foreach (var name in names)
        {
            if (!seen.TryAdd(name.Name, name.At))
                errors.Add(name.At, $"expected each {what} once: '{name.Name}' stands at line {seen[name.Name].Line} already");
        }
    }
}
