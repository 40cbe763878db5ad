using System.Diagnostics;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;
using AioV2.Conformance.Mutants;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Tests;

/// <summary>How many children make the random sequences changes neither what they are nor the order in which they are told.</summary>
public sealed class RandomPartTests
{
    private static readonly ConformanceOptions Options = new() { Runs = 400, Time = TimeSpan.FromMinutes(2), ParallelTime = TimeSpan.Zero, CallLimit = TimeSpan.FromSeconds(30), Seed = 11 };

    private static List<BatchOutcome> Outcomes(string mutant, ConformanceOptions options, out long steps)
    {
        using var runner = new SequenceRunner(ChildEntry.Mutant(mutant), options.CallLimit);
        runner.Offered = Offered(runner);
        using var part = new RandomPart(ChildEntry.Mutant(mutant), options, runner, Stopwatch.StartNew());
        var outcomes = part.Run().ToList();
        steps = part.Steps;
        return outcomes;
    }

    private static Capabilities Offered(SequenceRunner runner)
    {
        Assert.Equal(ChildEnd.Done, runner.Child.Sequences([Capabilities.Asks()]));
        var told = runner.Child.Answers(1)[0];
        return Capabilities.Read(told[0].Out, told[1].Out, told[2].Out);
    }

    private static IEnumerable<(ulong Seed, int Sequence, string Requirement, int Step)> Broken(IEnumerable<BatchOutcome> outcomes) =>
        outcomes.SelectMany(b => b.Violations.Select((v, i) => (b.Seed, i, v?.Requirement ?? "", v?.Step ?? -1)));

    [Fact]
    public void Three_children_find_what_one_finds_in_the_same_order()
    {
        var alone = Outcomes("takes any version", Options, out long stepsAlone);

        var together = Outcomes("takes any version", Options with { Jobs = 3 }, out long stepsTogether);

        Assert.Equal(7, alone.Count);
        Assert.Equal(400, alone.Sum(b => b.Sequences.Count));
        Assert.Contains(Broken(alone), b => b.Requirement == "SETUP-1");
        Assert.Equal(Broken(alone), Broken(together));
        Assert.Equal(400 * (Options.Length + 1), stepsAlone);
        Assert.Equal(stepsAlone, stepsTogether);
    }

    [Fact]
    public void Shards_of_several_children_share_the_batches_of_one_run()
    {
        var whole = Outcomes(MutantTable.Control, Options with { Runs = 256 }, out _);

        var shards = Enumerable.Range(1, 2).SelectMany(i => Outcomes(MutantTable.Control, Options with { Runs = 256, Jobs = 2, Shard = i, Shards = 2 }, out _)).ToList();

        Assert.Equal(4, shards.Count);
        Assert.Equal(whole.Select(b => b.Seed).Order(), shards.Select(b => b.Seed).Order());
        Assert.All(shards, b => Assert.All(b.Violations, Assert.Null));
    }

    [Fact]
    public void When_the_time_is_over_nothing_begins_and_what_had_begun_is_told()
    {
        using var runner = new SequenceRunner(ChildEntry.Mutant(MutantTable.Control), Options.CallLimit);
        runner.Offered = Offered(runner);
        var options = Options with { Runs = int.MaxValue, Jobs = 2, Time = TimeSpan.FromTicks(1) };
        var clock = new Stopwatch();
        using var part = new RandomPart(ChildEntry.Mutant(MutantTable.Control), options, runner, clock);
        var outcomes = new List<BatchOutcome>();

        foreach (var outcome in part.Run())
        {
            clock.Start();
            outcomes.Add(outcome);
        }

        // Until the clock was started each child had been given three.
        Assert.InRange(outcomes.Count, 1, 6);
        Assert.Equal(outcomes.Sum(b => b.Sequences.Sum(s => (long)s.Lowered.Count)), part.Steps);
        Assert.Equal(2, part.Jobs);
    }
}
