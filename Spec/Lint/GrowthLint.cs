using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>Structs that cannot grow, and structs that grow without telling how large they are.</summary>
internal static class GrowthLint
{
    public static void Run(SpecDocument spec, LintNotes notes)
    {
        var sized = SizedFromOutside(spec);
        foreach (var definition in spec.Structs)
        {
            if (!definition.Grows && definition.Record is null)
            {
                notes.Add(LintRules.CannotGrow, definition, definition.AtKey("grows"),
                    $"{definition.Name} never grows, and nothing follows it: let it grow by 'append' with a size_field, or count its record");
            }
            if (definition.Grows && definition.SizeField is null && !sized.Contains(definition.Name))
            {
                notes.Add(LintRules.NoSize, definition, definition.AtKey("grows"),
                    $"{definition.Name} grows, but neither a size_field, nor a size_t behind the pointer to it, nor an attribute's bytes tells its size");
            }
        }
    }

    /// <summary>Payloads, whose heads count them, and structs that a call takes with a size behind the pointer.</summary>
    private static HashSet<string> SizedFromOutside(SpecDocument spec)
    {
        var names = spec.Attrs.SelectMany(a => new[] { a.In, a.Out }).OfType<SpecName>().Select(n => n.Value).ToHashSet();
        foreach (var call in spec.Calls)
        {
            for (var i = 0; i + 1 < call.Args.Count; i++)
            {
                if (call.Args[i + 1].Type == "size_t" && call.Args[i].Type.Split(' ') is [.., "struct", var name, "*"])
                    names.Add(name);
            }
        }
        return names;
    }
}
