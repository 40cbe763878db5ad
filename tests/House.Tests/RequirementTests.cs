using System.Text.RegularExpressions;
using AioV2.Spec.Parse;

namespace AioV2.House.Tests;

/// <summary>Requirement ids are the same everywhere, and are kept for ever.</summary>
public sealed partial class RequirementTests
{
    private static readonly string[] Ids =
        [.. SpecParser.Load(Path.Combine(Tree.Root, "Spec/aio2.yaml")).Requirements.Select(r => r.Id)];

    private static readonly HashSet<string> Proved =
        [.. Tree.Sources.Where(path => path.StartsWith("tests/", StringComparison.Ordinal)).SelectMany(path => Proving().Matches(Tree.Read(path)))
            .SelectMany(m => Cited().Matches(m.Groups["ids"].Value)).Select(m => m.Value)];

    [Fact]
    public void The_document_has_the_text_of_every_id_once_in_the_order_of_the_spec() =>
        Assert.Equal(Ids, Document().Matches(Tree.Read("io_setup2.md")).Select(m => m.Groups["id"].Value));

    [Fact]
    public void Each_id_of_the_document_can_be_linked_to() => Assert.All(Document().Matches(Tree.Read("io_setup2.md")), match =>
        Assert.Equal(match.Groups["id"].Value.ToLowerInvariant(), match.Groups["anchor"].Value));

    /// <summary>The design of record lies beside the repository, not in it; where it is at hand it is compared.</summary>
    [Fact]
    public void The_design_has_the_same_ids()
    {
        var design = Path.Combine(Tree.Root, "..", "shared", "design.md");
        var text = File.Exists(design) ? File.ReadAllText(design) : Tree.Read("io_setup2.md");

        Assert.Equal(Ids, Design().Matches(text).Select(m => m.Groups["id"].Value));
    }

    [Fact]
    public void Every_id_that_a_source_cites_exists()
    {
        var unknown = from path in Tree.TextFiles
                      from Match match in Cited().Matches(Tree.Read(path))
                      let id = match.Value
                      where !Ids.Contains(id) && !path.EndsWith("ParserErrorTests.cs", StringComparison.Ordinal)
                      select $"{path}: {id}";

        Assert.Empty(unknown.Distinct());
    }

    [Fact]
    public void Every_answer_to_a_complaint_names_a_requirement()
    {
        var rows = Complaints();

        Assert.Equal(35, rows.Count);
        Assert.All(rows.Where(row => !row.Contains("native engine first", StringComparison.Ordinal) && !row.Contains("drained at completions", StringComparison.Ordinal)),
            row => Assert.Matches(Cited(), row.Split('|')[3]));
    }

    [Fact]
    public void Every_answer_to_a_complaint_names_tests_that_exist() => Assert.All(Complaints(), row =>
    {
        var proofs = Proof().Matches(row.Split('|')[4]);
        Assert.NotEmpty(proofs);
        Assert.All(proofs, proof => Assert.True(Exists(proof), $"there is no test {proof.Value}"));
    });

    [Fact]
    public void Every_test_that_a_page_names_exists()
    {
        var named = from path in Tree.TextFiles
                    where path.EndsWith(".md", StringComparison.Ordinal)
                    from Match match in NamedTest().Matches(Tree.Read(path))
                    select (path, match);

        Assert.NotEmpty(named);
        Assert.Empty(named.Where(n => !Exists(n.match)).Select(n => $"{n.path}: {n.match.Value}"));
    }

    [Fact]
    public void Every_requirement_has_a_test_that_cites_it() => Assert.Empty(Ids.Except(Proved));

    // A class of tests, or one test of it.
    private static bool Exists(Match named) =>
        Tree.Sources.Where(path => path.StartsWith("tests/", StringComparison.Ordinal) && Path.GetFileName(path) == $"{named.Groups["type"].Value}.cs")
            .Any(path => named.Groups["name"].Length == 0 || Regex.IsMatch(Tree.Read(path), $@"\[(Fact|Theory)[^{{]*?\b(void|Task) {named.Groups["name"].Value}\("));

    private static List<string> Complaints() =>
        [.. Tree.Read("io_setup2.md").Split("## Complaints and answers")[1].Split("## Sources")[0].Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];

    [GeneratedRegex(@"`(?<type>\w+)\.(?<name>\w+)`")]
    private static partial Regex Proof();

    [GeneratedRegex(@"`(?<type>\w+Tests)(\.(?<name>\w+))?`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"\bRequirement\((?<ids>[^)]*)\)")]
    private static partial Regex Proving();

    [GeneratedRegex(@"^- <a id=""(?<anchor>[a-z]+-\d+)""></a>\*\*(?<id>[A-Z]+-\d+)\*\* ", RegexOptions.Multiline)]
    private static partial Regex Document();

    [GeneratedRegex(@"^- (<a id=""[a-z]+-\d+""></a>)?\*\*(?<id>[A-Z]+-\d+)\*\* ", RegexOptions.Multiline)]
    private static partial Regex Design();

    [GeneratedRegex(@"\b(ERR|CTX|SETUP|RING|SUBMIT|ATTR|GET|CANCEL|DESTROY|ISSUE|LIST|PROBE|ABI|LIB)-[0-9]+\b")]
    private static partial Regex Cited();
}
