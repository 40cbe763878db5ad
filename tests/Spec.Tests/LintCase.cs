using System.Text;
using AioV2.Spec.Lint;
using AioV2.Spec.Model;

namespace AioV2.Spec.Tests;

/// <summary>A change of the real spec, which lint has nothing against, that breaks one rule, and its like that breaks none.</summary>
/// <param name="Rule">Id of the rule.</param>
/// <param name="From">What is replaced: its first occurrence.</param>
/// <param name="Bad">What breaks the rule, and nothing else. The finding must stand at the mark "¦" (removed before the spec is read).</param>
/// <param name="Good">What does not.</param>
/// <param name="Says">Part of the message.</param>
public sealed record LintCase(string Rule, string From, string Bad, string Good, string Says)
{
    private static readonly string Text = Encoding.UTF8.GetString(Repository.SpecBytes);

    /// <summary>A case of one more struct; a line of fields is "name type doc".</summary>
    public static LintCase Struct(string rule, int size, string bad, string good, string says) => new(rule, "\nstructs:\n",
        $"\nstructs:\n{Whole("grows: append, size_field: size, first_size: 8", size, bad)}",
        $"\nstructs:\n{Whole("grows: append, size_field: size, first_size: 8", size, good)}", says);

    /// <summary>The same with its own roles, and a place for the mark in each of them.</summary>
    public static LintCase Roles(string rule, string says, (string Roles, int Size, string Fields) bad, (string Roles, int Size, string Fields) good) => new(rule, "\nstructs:\n",
        $"\nstructs:\n{Whole(bad.Roles, bad.Size, bad.Fields)}", $"\nstructs:\n{Whole(good.Roles, good.Size, good.Fields)}", says);

    /// <summary>What lint says of the spec with the change.</summary>
    public LintReport Lint(bool bad)
    {
        var to = bad ? Bad : Good;
        return SpecLint.Run(Encoding.UTF8.GetBytes(Changed(to).Replace("¦", "")), "case.yaml");
    }

    /// <summary>Where the mark stands.</summary>
    public SpecPosition Mark
    {
        get
        {
            var text = Changed(Bad);
            var index = text.IndexOf('¦');
            Assert.True(index >= 0, $"{Rule}: no mark in {Bad}");
            return new SpecPosition(text.AsSpan(0, index).Count('\n') + 1, index - text.LastIndexOf('\n', index));
        }
    }

    public override string ToString() => $"{Rule}: {Says}";

    private string Changed(string to)
    {
        var start = Text.IndexOf(From, StringComparison.Ordinal);
        Assert.True(start >= 0, $"the spec has no '{From}'");
        return string.Concat(Text.AsSpan(0, start), to, Text.AsSpan(start + From.Length));
    }

    private static string Whole(string roles, int size, string fields)
    {
        var mark = fields.StartsWith('¦');
        var keys = string.Concat(roles.Split(", ").Select(role => $"    {role}\n"));
        return $"  - {(mark ? "¦" : "")}name: aio2_probed\n    size: {size}\n{keys}    doc: x\n    requirement: ABI-1\n    fields:\n"
            + string.Concat(fields.TrimStart('¦').Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"      - {line.Trim()}\n"));
    }
}
