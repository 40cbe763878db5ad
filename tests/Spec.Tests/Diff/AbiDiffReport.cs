using System.Text.RegularExpressions;

namespace AioV2.Spec.Tests.Diff;

/// <summary>Reads the report of <c>abidiff</c>. It tells a struct's changes once, below the first function that takes it.</summary>
internal static partial class AbiDiffReport
{
    /// <summary>The facts in it. Reserved fields are told as changes of their struct only: their names mean nothing.</summary>
    public static HashSet<string> Parse(string report)
    {
        var facts = new HashSet<string>();
        var (function, name, list, field) = ("", "", "", "");
        foreach (var line in report.Split('\n'))
        {
            if (Whole().Match(line) is { Success: true } whole)
                facts.Add($"{(whole.Groups[1].Value == "D" ? "removed" : "added")} {whole.Groups[2].Value}");
            else if (Function().Match(line) is { Success: true } next)
                (function, name) = (next.Groups[1].Value, "");
            else if (Struct().Match(line) is { Success: true } block)
                name = block.Groups[1].Value;
            else if (line.StartsWith("    parameter ", StringComparison.Ordinal))
                Parameter(line, function, facts);
            else if (name.Length == 0)
                continue;
            else if (List().Match(line) is { Success: true } kind)
                list = kind.Groups[1].Value;
            else
                Member(line, name, list, ref field, facts);
        }
        return facts;
    }

    private static void Parameter(string line, string function, HashSet<string> facts)
    {
        if (!line.EndsWith("has sub-type changes:", StringComparison.Ordinal))
            facts.Add($"call {function}");
    }

    private static void Member(string line, string name, string list, ref string field, HashSet<string> facts)
    {
        if (Size().Match(line) is { Success: true } size)
            Add("size", $"{name}: {size.Groups[1].Value} {size.Groups[2].Value}");
        else if (line.StartsWith("          name of", StringComparison.Ordinal))
            Add("rename", name);
        else if (line.StartsWith("          and offset changed", StringComparison.Ordinal))
            Add("move", $"{name}.{field}");
        else if (Named().Match(line) is { Success: true } named)
        {
            field = named.Groups[2].Value;
            var what = list is "insertion" ? "insert" : list is "deletion" ? "delete" : named.Groups[1].Length > 0 ? "type" : "move";
            Add(what, $"{name}.{field}");
        }

        void Add(string what, string subject)
        {
            facts.Add($"changed {name}");
            if (!subject.Contains(".reserved", StringComparison.Ordinal))
                facts.Add($"{what} {subject}");
        }
    }

    [GeneratedRegex(@"^  \[([AD])\] 'function [^']*?(\w+)\(")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^  \[C\] 'function [^']*?(\w+)\(")]
    private static partial Regex Function();

    [GeneratedRegex(@"^ +in pointed to type 'struct (\w+)'")]
    private static partial Regex Struct();

    [GeneratedRegex(@"^        \d+ data member (insertion|deletion|change)s?")]
    private static partial Regex List();

    [GeneratedRegex(@"^        type size changed from (\d+) to (\d+)")]
    private static partial Regex Size();

    [GeneratedRegex(@"^          (type of )?'[\w ]+ (\w+)(?:\[\d+\])?'")]
    private static partial Regex Named();
}
