using AioV2.Abi;
using AioV2.Conformance.Model;
using AioV2.Conformance.Parallel;

namespace AioV2.Conformance.Run;

/// <summary>The result of a run: a line for every requirement of the spec, and the findings.</summary>
public sealed class Verdict
{
    /// <summary>Makes the table from what was counted.</summary>
    public Verdict(string implementation, string engine, ConformanceOptions options, Tally tally, IReadOnlyList<Finding> findings, long steps, TimeSpan elapsed, string output)
        : this(implementation, engine, options.Seed, options.Shard, options.Shards, Table(tally, options), findings, steps, elapsed, output)
    {
    }

    /// <summary>Takes a finished table, as from a file.</summary>
    public Verdict(string implementation, string engine, ulong seed, int shard, int shards, IReadOnlyList<VerdictLine> lines, IReadOnlyList<Finding> findings, long steps, TimeSpan elapsed, string output)
    {
        (Implementation, Engine, Seed, Shard, Shards) = (implementation, engine, seed, shard, shards);
        (Lines, Findings, Steps, Elapsed, Output) = (lines, findings, steps, elapsed, output);
    }

    /// <summary>What was tested.</summary>
    public string Implementation { get; }

    /// <summary>The engine that it says it uses.</summary>
    public string Engine { get; }

    /// <summary>The seed.</summary>
    public ulong Seed { get; }

    /// <summary>Which part this is, from 1.</summary>
    public int Shard { get; }

    /// <summary>Of how many.</summary>
    public int Shards { get; }

    /// <summary>A line for each requirement, in the order of the design.</summary>
    public IReadOnlyList<VerdictLine> Lines { get; }

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>Steps judged by the model.</summary>
    public long Steps { get; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>What the implementation wrote to standard output.</summary>
    public string Output { get; }

    /// <summary>Verdicts on the same implementation with different engines, of which this one is the sum; none for a verdict on one.</summary>
    public IReadOnlyList<Verdict> Parts { get; init; } = [];

    /// <summary>Steps of the random part alone.</summary>
    public long RandomSteps { get; init; }

    /// <summary>What became of each directed check that was run, by its name.</summary>
    public IReadOnlyDictionary<string, Outcome> Checks { get; init; } = new Dictionary<string, Outcome>();

    /// <summary>Calls of the nine that were made.</summary>
    public long Calls { get; init; }

    /// <summary>How long the random part took.</summary>
    public TimeSpan RandomTime { get; init; }

    /// <summary>Steps of the random part behind its first four seconds, in which most of the code is compiled.</summary>
    public long WarmSteps { get; init; }

    /// <summary>How long they took.</summary>
    public TimeSpan WarmTime { get; init; }

    /// <summary>Children that made the random sequences at the same time.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>How much of the parallel part was done.</summary>
    public ParallelCount Parallel { get; init; } = ParallelCount.None;

    /// <summary>Whether nothing is wrong.</summary>
    public bool Conforms => Lines.All(l => l.Outcome != Outcome.Failed);

    /// <summary>One table over several: a requirement failed if it failed anywhere, and passed if it passed anywhere else.</summary>
    /// <exception cref="InvalidDataException">One of them lacks a requirement.</exception>
    public static IReadOnlyList<VerdictLine> Sum(IReadOnlyList<Verdict> verdicts) => [.. verdicts[0].Lines.Select(l =>
    {
        var same = verdicts.Select(v => v.Lines.FirstOrDefault(o => o.Id == l.Id) ?? throw new InvalidDataException($"a verdict has no {l.Id}")).ToList();
        var outcome = same.Max(s => s.Outcome);
        return l with { Outcome = outcome, Checks = same.Sum(s => s.Checks), Why = outcome == Outcome.NotExercised ? l.Why : "" };
    })];

    private static List<VerdictLine> Table(Tally tally, ConformanceOptions options)
    {
        var failed = tally.Violations.Select(v => v.Requirement).ToHashSet();
        return [.. Aio2Catalog.Requirements.Select(r =>
        {
            var outcome = failed.Contains(r.Id) ? Outcome.Failed : tally.PassedOf(r.Id) > 0 ? Outcome.Passed : Outcome.NotExercised;
            string why = outcome != Outcome.NotExercised ? ""
                : !options.Wants(r.Id) ? "not asked for"
                : tally.WhyNot(r.Id) ?? NotObservable.Why(r.Id) ?? "nothing of this run reached it";
            return new VerdictLine(r.Id, r.Title, outcome, tally.PassedOf(r.Id), why);
        })];
    }
}
