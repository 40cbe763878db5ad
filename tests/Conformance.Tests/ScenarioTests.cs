using System.Globalization;
using System.Text.RegularExpressions;
using AioV2.Abi;
using AioV2.Conformance.Directed;
using AioV2.Conformance.Mutants;
using AioV2.Conformance.Run;
using AioV2.Conformance.Scenarios;

namespace AioV2.Conformance.Tests;

/// <summary>Every mistake of the prior art is a scenario, and what each names is there.</summary>
public sealed partial class ScenarioTests
{
    private static readonly ConformanceOptions Options = new() { Runs = 0, ParallelTime = TimeSpan.Zero };

    [Fact]
    public void The_thirty_pitfalls_and_the_thirteen_defects_are_there_in_order()
    {
        Assert.Equal(Enumerable.Range(1, 30), Numbers(Pitfall()));
        Assert.Equal(Enumerable.Range(1, 13), Numbers(Defect()));
        Assert.Equal(44, ScenarioTable.All.Count);
        Assert.Contains(ScenarioTable.All, s => s.Name.StartsWith("SINGLE_REAPER", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_names_a_requirement_and_a_check_or_a_test_that_exists()
    {
        var ids = Aio2Catalog.Requirements.Select(r => r.Id).ToHashSet();
        var checks = DirectedChecks.All.ToDictionary(c => c.Name);
        string tests = string.Concat(Directory.EnumerateFiles(Path.Combine(Gcc.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        Assert.All(ScenarioTable.All, s => Assert.Contains(s.Requirement, ids));
        Assert.All(ScenarioTable.All, s => Assert.True(s.Check is not null || s.Test is not null, s.Name));
        Assert.All(ScenarioTable.All.Where(s => s.Check is not null), s => Assert.True(checks.ContainsKey(s.Check!), s.Check));
        Assert.All(ScenarioTable.All.Where(s => s.Test is not null), s =>
            Assert.True(File.Exists(Path.Combine(Gcc.Root, s.Test!)) || tests.Contains($" {s.Test}(", StringComparison.Ordinal), s.Test));
    }

    [Fact]
    public void Names_and_citations_are_those_of_the_prior_art_where_it_is_at_hand()
    {
        string page = Path.Combine(Gcc.Root, "..", "shared", "prior_art.md");
        if (!File.Exists(page))
        {
            Assert.Equal(44, ScenarioTable.All.Select(s => s.Source).Distinct().Count());
            return;
        }

        string text = File.ReadAllText(page);
        foreach (var (scenario, number) in ScenarioTable.All.Where(s => Pitfall().IsMatch(s.Source)).Select((s, i) => (s, i + 1)))
        {
            string line = text[text.IndexOf("## 11.", StringComparison.Ordinal)..].Split('\n').Single(l => l.StartsWith($"{number}. ", StringComparison.Ordinal));
            Assert.StartsWith($"{number}. {scenario.Name}", line);
            Assert.All(Cites(scenario), cite => Assert.Contains(cite, line));
        }

        string defects = text[text.IndexOf("### 1.5", StringComparison.Ordinal)..text.IndexOf("### 1.6", StringComparison.Ordinal)];
        foreach (var (scenario, number) in ScenarioTable.All.Where(s => Defect().IsMatch(s.Source)).Select((s, i) => (s, i + 1)))
        {
            string line = defects.Split('\n').Single(l => l.StartsWith($"| {number} |", StringComparison.Ordinal));
            Assert.Contains(scenario.Name.Split(':')[0], line);
        }
    }

    [Fact]
    public void A_run_tells_what_became_of_each()
    {
        var verdict = new ConformanceRunner(ChildEntry.Mutant(MutantTable.Control), Options with { Checks = ScenarioTable.All.Select(s => s.Check).OfType<string>().ToHashSet() }).Run();

        Assert.True(verdict.Conforms, Report.TextReport.Of(verdict));
        Assert.All(ScenarioTable.All, s => Assert.Equal(s.Check is null ? Outcome.NotExercised : Outcome.Passed, ScenarioReport.OutcomeOf(s, verdict)));
        Assert.All(ScenarioTable.All, s => Assert.Contains(s.Source, Report.TextReport.Of(verdict)));
        var read = Report.JsonReport.Read(Report.JsonReport.Of(verdict));
        Assert.Equal(ScenarioReport.Text(verdict), ScenarioReport.Text(read));
        Assert.Contains("\"outcome\": \"by a test\"", ScenarioReport.Json(verdict));
    }

    private static IEnumerable<int> Numbers(Regex source) => ScenarioTable.All.Select(s => source.Match(s.Source)).Where(m => m.Success)
        .Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));

    private static IEnumerable<string> Cites(Scenario scenario) => scenario.Source.Contains(": ", StringComparison.Ordinal) ? [scenario.Source[(scenario.Source.IndexOf(": ", StringComparison.Ordinal) + 2)..]] : [];

    [GeneratedRegex(@"^pitfall (\d+) ")]
    private static partial Regex Pitfall();

    [GeneratedRegex(@"^defect (\d+) ")]
    private static partial Regex Defect();
}
