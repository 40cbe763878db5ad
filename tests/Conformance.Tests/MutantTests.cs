using AioV2.Abi;
using AioV2.Conformance.Model;
using AioV2.Conformance.Mutants;
using AioV2.Conformance.Prove;
using AioV2.Conformance.Run;
using AioV2.Tests;

namespace AioV2.Conformance.Tests;

/// <summary>The suite can fail: implementations with one thing broken are caught, and the requirement is named. All of them run in <c>aio2 conform --prove</c>.</summary>
public sealed class MutantTests
{
    private static readonly ConformanceOptions Options = new()
    {
        Runs = 320, Time = TimeSpan.FromSeconds(30), CallLimit = TimeSpan.FromSeconds(8), ShrinkLimit = TimeSpan.FromSeconds(3), MostFindings = 1,
    };

    private static ProveSubject Subject(string mutant, MutantKind kind = MutantKind.Answer, params string[] requirements) =>
        new(mutant, kind, "call", requirements, () => ChildEntry.Mutant(mutant) with { Patience = 5 });

    private static ProveRow Row(string name, string cited, long calls, params string[] requirements) =>
        new(Subject(name, MutantKind.Order, requirements), cited.Length > 0 ? new Violation(cited, "it is broken") : null, "a check", calls, TimeSpan.FromSeconds(1));

    [Fact, Requirement("ERR-1", "SUBMIT-1", "GET-1", "RING-6")]
    public void The_embedded_kernel_conforms()
    {
        var verdict = new ConformanceRunner(ChildEntry.Mutant(MutantTable.Control), Options with { CallLimit = TimeSpan.FromSeconds(30) }).Run();

        Assert.True(verdict.Conforms, Report.TextReport.Of(verdict));
        Assert.True(verdict.Steps > 10_000, $"{verdict.Steps} steps");
        Assert.True(verdict.Calls > 10_000, $"{verdict.Calls} calls");
    }

    [Fact, Requirement("SETUP-1", "RING-6", "ATTR-2", "ERR-1")]
    public void A_mutant_is_killed_by_what_it_breaks_and_one_that_is_said_to_break_something_else_is_not_counted()
    {
        ProveSubject[] subjects = [Subject(MutantTable.Control), .. MutantTable.All
            .Where(m => m.Name is "takes any version" or "loses the last of two events" or "forgets the last return")
            .Select((m, i) => Subject(m.Name, m.Kind, i == 0 ? ["GET-3"] : m.Requirements))];
        var told = new List<string>();

        var report = new ProveRunner(Options, 2, told.Add).Run(subjects, CancellationToken.None);

        Assert.Equal(subjects.Select(s => s.Name), report.Rows.Select(r => r.Subject.Name));
        Assert.Equal(["passed", "WRONG ID", "killed", "killed"], report.Rows.Select(r => r.Word));
        Assert.False(report.Proves);
        Assert.EndsWith("killed 2 of 3\n", report.Text());
        Assert.Contains("SETUP-1", report.Rows[1].First!.Requirement);
        Assert.Equal(4, told.Count);
        Assert.All(report.Rows, r => Assert.True(r.Calls > 0));
    }

    [Fact]
    public void A_finding_is_tried_again_in_fresh_children()
    {
        var verdict = new ConformanceRunner(ChildEntry.Mutant("takes any version"), Options with { Replays = 2 }).Run();

        var finding = Assert.Single(verdict.Findings);
        Assert.InRange(finding.Replays, 1, 2);
        Assert.Equal(finding.Replays, finding.CameAgain);
        Assert.Contains($"again in {finding.Replays} of {finding.Replays} replays: {finding.Violation.Message}\n", Report.TextReport.Of(verdict));
    }

    [Fact]
    public void A_run_that_is_stopped_keeps_what_it_has_and_proves_nothing()
    {
        using var stop = new CancellationTokenSource();
        var runner = new ProveRunner(Options, 1, _ => stop.Cancel());

        var report = runner.Run([Subject("takes any version", MutantKind.Answer, "SETUP-1"), Subject("takes only the first record", MutantKind.Answer, "SUBMIT-1")], stop.Token);

        Assert.Single(report.Rows);
        Assert.False(report.Proves);
        Assert.EndsWith("killed 1 of 1 (interrupted: 1 not run)\n", report.Text());
    }

    [Fact]
    public void The_report_counts_only_kills_that_cite_what_is_broken_and_takes_their_median()
    {
        var report = new ProveReport([Row("a", "GET-1", 10, "GET-1"), Row("b", "GET-2", 20, "GET-1", "GET-2"), Row("c", "GET-3", 5, "GET-1"), Row("d", "", 900, "GET-1"), Row("e", "", 900), Row("f", "ERR-1", 7)], 6, 1, TimeSpan.FromSeconds(3), false);

        Assert.Equal((2, 4, 15L, false), (report.Killed, report.Mutants.Count, report.MedianCalls, report.Proves));
        Assert.Equal(["killed", "killed", "WRONG ID", "SURVIVED", "passed", "FAILED"], report.Rows.Select(r => r.Word));
        Assert.Contains("\"killed\": 2", report.Json());
        Assert.Contains("GET-3: it is broken", report.Text());
        Assert.True(new ProveReport([.. report.Rows.Take(2)], 2, 1, TimeSpan.Zero, false).Proves);
        Assert.False(new ProveReport([report.Rows[4]], 1, 1, TimeSpan.Zero, false).Proves);
    }

    [Fact]
    public void Mutants_have_names_of_their_own_and_break_ids_of_the_spec()
    {
        var known = Aio2Catalog.Requirements.Select(r => r.Id).ToHashSet();

        Assert.Equal(MutantTable.All.Count, MutantTable.All.Select(m => m.Name).Distinct().Count());
        Assert.All(MutantTable.All, m => Assert.NotEmpty(m.Requirements));
        Assert.All(MutantTable.All, m => Assert.All(m.Requirements, id => Assert.Contains(id, known)));
        Assert.True(MutantTable.All.Count >= 60, $"{MutantTable.All.Count} mutants");

        // With those of the ring, in breaks.h, at least a third needs two threads or has two steps in the wrong order.
        var rings = System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Path.Combine(Gcc.Root, "tests", "reference-c", "breaks.h")), @"; (answer|order|concurrency); ").Select(m => m.Groups[1].Value).ToList();
        int ordered = MutantTable.All.Count(m => m.Kind != MutantKind.Answer) + rings.Count(k => k != "answer");
        Assert.True(3 * ordered >= MutantTable.All.Count + rings.Count, $"{ordered} of {MutantTable.All.Count + rings.Count}");
        Assert.Throws<ArgumentException>(() => MutantTable.Make("no such thing", null!));
    }
}
