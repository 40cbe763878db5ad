using System.Text;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Syzlang;

/// <summary>What the descriptions refer to: structs still to be described, lists of flags, defines.</summary>
internal sealed class SyzlangParts(SpecDocument spec)
{
    private readonly Queue<StructDef> wanted = [];
    private readonly HashSet<string> known = [];
    private readonly SortedDictionary<string, string> lists = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> defines = new(StringComparer.Ordinal);

    public SpecDocument Spec => spec;

    /// <summary>Asks for a struct of the spec; gives its name.</summary>
    public string Struct(string name)
    {
        var definition = Definition(name);
        if (known.Add(name))
            wanted.Enqueue(definition);
        return name;
    }

    /// <summary>A struct that is described in another way than field by field.</summary>
    public StructDef Definition(string name) => spec.Struct(name)
        ?? throw new SpecException([new SpecError(spec.File, SpecPosition.Start, $"expected a struct '{name}': the descriptions for syzkaller are made with it")]);

    /// <summary>The next struct that was asked for.</summary>
    public StructDef? NextStruct() => wanted.TryDequeue(out var next) ? next : null;

    /// <summary>A list of all values of a group; gives its name.</summary>
    public string List(GroupDef group) => List($"aio2_{group.Name}", group.Values.Select(value => group.Prefix + value.Name));

    /// <summary>A list of some names; gives its name.</summary>
    public string List(string name, IEnumerable<string> values)
    {
        lists[name] = string.Join(", ", values);
        return name;
    }

    /// <summary>A name for an expression of C; gives the name.</summary>
    public string Define(string name, string expression)
    {
        defines[name] = expression;
        return name;
    }

    /// <summary>The defines and lists that were asked for.</summary>
    public string Lists()
    {
        var text = new StringBuilder();
        foreach (var (name, expression) in defines)
            text.Append($"define {name}\t{expression}\n");
        text.Append(defines.Count > 0 ? "\n" : "");
        foreach (var (name, values) in lists)
            text.Append($"{name} = {values}\n");
        return text.ToString();
    }
}
