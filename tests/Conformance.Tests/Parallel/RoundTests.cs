using AioV2.Conformance.Linearize;
using AioV2.Conformance.Model;
using AioV2.Conformance.Parallel;
using AioV2.Conformance.Run;
using AioV2.Tests;

namespace AioV2.Conformance.Tests.Parallel;

/// <summary>Parallel rounds against real threads: what only a race shows is found, and nothing is found where there is nothing.</summary>
public sealed class RoundTests
{
    private static (IReadOnlyList<Finding> Findings, ParallelCount Count, Tally Tally) Run(string mutant, double seconds, params string[] requirements)
    {
        var options = new ConformanceOptions { MostFindings = 1, Requirements = requirements };
        using var runner = new SequenceRunner(ChildEntry.Mutant(mutant), TimeSpan.FromSeconds(mutant == "none" ? 30 : 4));
        var parallel = new ParallelRunner(runner, options);
        var tally = new Tally();
        var findings = parallel.Run(TimeSpan.FromSeconds(seconds), tally);
        return (findings, parallel.Count, tally);
    }

    [Theory]
    [InlineData("gives an event twice in a race of two reapers", "RING-6", "io_getevents2")]
    [InlineData("loses an event in a race with a move", "RING-6", "io_submit2")]
    [InlineData("ends early in a race of destroy and a call", "DESTROY-1", "io_destroy2")]
    [InlineData("refuses in a race of two submitters", "RING-9", "-EAGAIN")]
    [InlineData("sleeps through destroy", "GET-1", "no timeout) = did not return")]
    public void What_only_a_race_shows_is_found_with_its_history(string mutant, string requirement, string call)
    {
        var (findings, _, _) = Run(mutant, 60, requirement);

        var finding = Assert.Single(findings);
        Assert.Equal(requirement, finding.Violation.Requirement);
        Assert.True(finding.Calls.Contains(call), $"{finding.Violation}\n{finding.Calls}");
        Assert.Equal("parallel", finding.Origin);
    }

    [Fact]
    public void A_round_that_failed_can_be_run_alone()
    {
        const string mutant = "refuses in a race of two submitters";
        var (findings, _, _) = Run(mutant, 60, "RING-9");
        ulong seed = Assert.Single(findings).Seed;
        var options = new ConformanceOptions { MostFindings = 1, Requirements = ["RING-9"], Round = seed, ParallelTime = TimeSpan.FromSeconds(60) };

        var verdict = new ConformanceRunner(ChildEntry.Mutant(mutant), options).Run();

        Assert.Equal(seed, Assert.Single(verdict.Findings).Seed);
        Assert.Contains($"--round {seed}", Report.TextReport.Of(verdict));
        var read = Report.JsonReport.Read(Report.JsonReport.Of(verdict)).Parallel;
        Assert.Equal(verdict.Parallel with { Time = default }, read with { Time = default });
    }

    [Fact, Requirement("RING-6", "GET-5", "GET-6", "RING-11", "CANCEL-1", "DESTROY-1")]
    public void Rounds_of_the_embedded_kernel_have_an_order()
    {
        var options = new ConformanceOptions { MostFindings = 1 };
        using var runner = new SequenceRunner(ChildEntry.Mutant("none"), TimeSpan.FromSeconds(30));
        var parallel = new ParallelRunner(runner, options);
        var tally = new Tally();
        IReadOnlyList<Finding> findings = [];

        // By rounds, not by time: a machine that is busy takes longer for as many.
        for (int i = 0; i < 600 && parallel.Count.Rounds < 300 && findings.Count == 0; i++)
        {
            findings = parallel.Run(TimeSpan.FromSeconds(0.5), tally);
        }

        var count = parallel.Count;
        Assert.True(findings.Count == 0, string.Concat(findings.Select(f => $"{f.Violation}\n{f.Calls}")));
        Assert.True(count.Rounds >= 300 && count.Undecided == 0 && count.Overlapping > 0, $"{count}");
        Assert.All((string[])["GET-5", "RING-4", "RING-8", "RING-9", "CANCEL-1", "DESTROY-1", "LIST-1"], id => Assert.True(tally.PassedOf(id) > 0, id));
    }

    [Fact]
    public void A_round_is_the_same_for_the_same_seed_and_fits_the_search()
    {
        for (ulong seed = 1; seed < 3000; seed++)
        {
            var plan = RoundPlanner.Plan(seed, Capabilities.Everything);

            Assert.Equal(Text(plan), Text(RoundPlanner.Plan(seed, Capabilities.Everything)));
            Assert.True(plan.Threads.Count < Linearizability.MostThreads);
            Assert.All(plan.Contexts, c => Assert.True(c.Pipes.Count <= ContextFacts.MostRequests));
        }
    }

    [Fact]
    public void Rounds_have_everything_at_once()
    {
        var plans = Enumerable.Range(1, 400).Select(s => RoundPlanner.Plan((ulong)s, Capabilities.Everything)).ToList();

        Assert.All(Enum.GetValues<OperationKind>().Except([OperationKind.GetRing, OperationKind.Quiet, OperationKind.Afterwards]), kind =>
            Assert.Contains(plans, p => p.Threads.SelectMany(t => t).Any(a => a.Kind == kind)));
        Assert.Contains(plans, p => p.Threads.Count(t => t.Any(a => a.Kind == OperationKind.Submit)) >= 2
            && p.Threads.SelectMany(t => t).Select(a => a.Kind).ToHashSet().IsSupersetOf(
                [OperationKind.Submit, OperationKind.Get, OperationKind.Reap, OperationKind.Cancel, OperationKind.Resize, OperationKind.Destroy]));
    }

    private static string Text(RoundPlan plan) =>
        string.Join("; ", plan.Contexts.Select(c => $"{c.Flags} {c.NrReqs} {c.Attributes} {string.Join(",", c.Pipes)}")) + string.Join("; ", plan.Threads.SelectMany(t => t));
}
