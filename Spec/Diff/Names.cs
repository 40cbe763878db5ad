using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>Names that sources use and binaries do not.</summary>
internal static class Names
{
    /// <summary>A name of the generated C#.</summary>
    public static void CSharp(string subject, (SpecNode? Old, SpecNode? New) nodes, string old, string @new, ChangeList changes)
    {
        if (old != @new)
            changes.Add("csharp-name", subject, nodes, old, @new, Renamed($"C# source that uses {old}"), Effect.Compatible("the name is no part of a call or a record"));
    }

    /// <summary>What renaming does to whoever has the old name.</summary>
    public static Effect Renamed(string who) => Effect.Breaking($"{who} does not compile any more; what is compiled works on");

    /// <summary>Declarations by name, the first of each.</summary>
    public static Dictionary<string, T> Index<T>(IEnumerable<T> nodes, Func<T, string> name)
    {
        var index = new Dictionary<string, T>();
        foreach (var node in nodes)
            index.TryAdd(name(node), node);
        return index;
    }

    /// <summary>Every name that one spec declares: what an error's words can refer to.</summary>
    public static HashSet<string> Declared(SpecDocument spec) =>
    [
        .. spec.Constants.Select(c => c.Name),
        .. spec.AllGroups.SelectMany(g => g.Values.SelectMany(v => new[] { v.Name, g.Prefix + v.Name })),
        .. spec.Structs.SelectMany(s => s.Fields.Select(f => f.Name).Append(s.Name)),
        .. spec.Calls.SelectMany(c => c.Args.Select(a => a.Name).Append(c.Name)),
    ];
}
