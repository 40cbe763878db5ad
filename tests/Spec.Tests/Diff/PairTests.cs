using System.Text.Json;
using AioV2.Spec.Diff;
using AioV2.Tests;

namespace AioV2.Spec.Tests.Diff;

/// <summary>What Linux had to revert or repair is breaking, what it does on purpose is not, in each direction.</summary>
public sealed class PairTests
{
    public static TheoryData<string> Titles => [.. SpecPair.All.Select(pair => pair.Title)];

    [Theory, MemberData(nameof(Titles)), Requirement("ABI-4")]
    public void A_change_gets_its_verdict_in_both_directions(string title)
    {
        var pair = Named(title);

        var diff = pair.Compare();

        Assert.Equal(pair.Kinds.Order().Distinct(), diff.Changes.Select(change => change.Kind).Distinct().Order());
        Assert.Equal((pair.OldProgram, pair.NewProgram), (diff.OldPrograms, diff.NewPrograms));
        Assert.All(diff.Changes, change => Assert.True(change.Subject.Length > 0 && change.OldProgram.Why.Length > 0 && change.NewProgram.Why.Length > 0 && change.Old != change.New));
    }

    [Theory, MemberData(nameof(Titles))]
    public void Every_form_tells_every_change(string title)
    {
        var diff = Named(title).Compare();
        var (text, markdown) = (DiffReport.Of(diff, DiffFormat.Text), DiffReport.Of(diff, DiffFormat.Markdown));
        using var json = JsonDocument.Parse(DiffReport.Of(diff, DiffFormat.Json));

        Assert.Equal(diff.Changes.Select(c => (c.Kind, c.Subject, DiffReport.Word(c.OldProgram.Verdict), DiffReport.Word(c.NewProgram.Verdict))),
            json.RootElement.GetProperty("changes").EnumerateArray().Select(c => (c.GetProperty("kind").GetString()!, c.GetProperty("subject").GetString()!,
                c.GetProperty("old_program_on_new_kernel").GetProperty("verdict").GetString()!, c.GetProperty("new_program_on_old_kernel").GetProperty("verdict").GetString()!)));
        Assert.Equal(diff.IsBreaking, json.RootElement.GetProperty("breaking").GetBoolean());
        Assert.All(diff.Changes, change => Assert.Contains($"{DiffReport.Word(change.Verdict)}: {change.Subject}: {change.Kind}", text));
        Assert.Equal(diff.Changes.Count, markdown.Split('\n').Count(line => line.StartsWith("| ", StringComparison.Ordinal)) - 1);
    }

    [Fact]
    public void There_are_pairs_of_every_kind_of_change_each_with_its_source()
    {
        Assert.True(SpecPair.All.Count >= 40, $"only {SpecPair.All.Count} pairs");
        Assert.Equal(SpecPair.All.Count, SpecPair.All.Select(pair => pair.Title).Distinct().Count());
        Assert.All(SpecPair.All, pair => Assert.True(pair.Linux.Length > 10 && pair.Source.Length > 10));
        Assert.Equal(ChangeKind.All.Keys.Order(), SpecPair.All.SelectMany(pair => pair.Kinds).Distinct().Order());
    }

    [Fact, Requirement("ABI-4")]
    public void A_spec_does_not_differ_from_itself()
    {
        Assert.Empty(SpecDiff.Compare(Repository.Spec, Repository.Spec).Changes);
        Assert.Equal("no change\n", DiffReport.Of(SpecDiff.Compare(SpecPair.Old, SpecPair.Old), DiffFormat.Text));
        Assert.All(SpecPair.All, pair => Assert.Empty(SpecDiff.Compare(pair.New, pair.New).Changes));
    }

    private static SpecPair Named(string title) => SpecPair.All.Single(pair => pair.Title == title);
}
