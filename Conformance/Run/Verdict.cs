using AioV2.Abi;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Run;

/// <summary>What became of one requirement.</summary>
public enum Outcome
{
    /// <summary>No check reached it, or what it needs is not offered.</summary>
    NotExercised,

    /// <summary>Every check that reached it held.</summary>
    Passed,

    /// <summary>A check did not hold.</summary>
    Failed,
}

/// <summary>One line of a verdict.</summary>
/// <param name="Id">The requirement.</param>
/// <param name="Title">Its title in the spec.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Checks">Checks that held.</param>
public sealed record VerdictLine(string Id, string Title, Outcome Outcome, long Checks);

/// <summary>The result of a run: a line for every requirement of the spec, and the findings.</summary>
public sealed class Verdict
{
    /// <summary>Makes the table from what was counted.</summary>
    public Verdict(string implementation, string engine, ConformanceOptions options, Tally tally, IReadOnlyList<Finding> findings, long steps, TimeSpan elapsed, string output)
        : this(implementation, engine, options.Seed, options.Shard, options.Shards, Table(tally), findings, steps, elapsed, output)
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

    /// <summary>Whether nothing is wrong.</summary>
    public bool Conforms => Lines.All(l => l.Outcome != Outcome.Failed);

    private static List<VerdictLine> Table(Tally tally)
    {
        var failed = tally.Violations.Select(v => v.Requirement).ToHashSet();
        return [.. Aio2Catalog.Requirements.Select(r => new VerdictLine(r.Id, r.Title,
            failed.Contains(r.Id) ? Outcome.Failed : tally.PassedOf(r.Id) > 0 ? Outcome.Passed : Outcome.NotExercised, tally.PassedOf(r.Id)))];
    }
}
