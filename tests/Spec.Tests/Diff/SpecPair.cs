using System.Text;
using AioV2.Spec.Diff;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Spec.Tests.Diff;

/// <summary>One change of <c>base.yaml</c>, read from <c>Pairs/*.pairs</c>, with the verdicts that it must get.</summary>
internal sealed record SpecPair(string Title, string Linux, string Source, Verdict OldProgram, Verdict NewProgram, string[] Kinds, string NewText)
{
    private static readonly string Folder = Repository.At("tests/Spec.Tests/Diff");

    private static readonly string Base = File.ReadAllText(Path.Combine(Folder, "base.yaml"));

    /// <summary>What all pairs change.</summary>
    public static SpecDocument Old { get; } = Parse(Base, "base.yaml");

    public static IReadOnlyList<SpecPair> All { get; } = [.. Directory.GetFiles(Path.Combine(Folder, "Pairs"), "*.pairs").Order(StringComparer.Ordinal).SelectMany(Read)];

    /// <summary>The changed spec.</summary>
    public SpecDocument New => Parse(NewText, "changed.yaml");

    public SpecDiff Compare() => SpecDiff.Compare(Old, New);

    /// <summary>A name for files.</summary>
    public string Slug => string.Concat(Title.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));

    private static SpecDocument Parse(string text, string name) => SpecParser.ParseUnchecked(Encoding.UTF8.GetBytes(text), name);

    private static IEnumerable<SpecPair> Read(string path) => File.ReadAllText(path).Split("\n== ").Skip(1).Select(section =>
    {
        var lines = section.TrimEnd('\n').Split('\n');
        string Head(string key) => Assert.Single(lines, line => line.StartsWith(key + ": ", StringComparison.Ordinal))[(key.Length + 2)..];
        return new SpecPair(lines[0], Head("linux"), Head("source"), Word(Head("old")), Word(Head("new")), Head("kinds").Split(' '), Apply(lines));
    });

    /// <summary>Each hunk's old lines stand together, once, in the base.</summary>
    private static string Apply(string[] lines)
    {
        var text = Base;
        foreach (var hunk in string.Join('\n', lines).Split("\n@@\n").Skip(1).Select(part => part.Split('\n')))
        {
            string Side(char other) => string.Concat(hunk.Where(line => line[0] != other).Select(line => line[1..] + "\n"));
            Assert.True(text.Split("\n" + Side('+')).Length == 2, $"{lines[0]}: the hunk's old lines do not stand in base.yaml exactly once:\n{Side('+')}");
            text = text.Replace("\n" + Side('+'), "\n" + Side('-'), StringComparison.Ordinal);
        }
        Assert.NotEqual(Base, text);
        return text;
    }

    private static Verdict Word(string text) => Enum.GetValues<Verdict>().Single(verdict => DiffReport.Word(verdict) == text);
}
