using AioV2.Conformance.Parallel;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Report;

/// <summary>Joins verdicts: of the shards of one run, and of the engines of one implementation.</summary>
public static class VerdictMerge
{
    /// <summary>One verdict: a requirement failed if it failed anywhere, and passed if it passed anywhere else.</summary>
    /// <exception cref="InvalidDataException">A shard is missing or doubled, or they are not of one run.</exception>
    public static Verdict Join(IReadOnlyList<Verdict> shards)
    {
        var first = shards.Count > 0 ? shards[0] : throw new InvalidDataException("no shards");
        foreach (var shard in shards)
        {
            if ((shard.Shards, shard.Seed, shard.Implementation, shard.Engine, shard.Parts.Count) != (first.Shards, first.Seed, first.Implementation, first.Engine, first.Parts.Count))
            {
                throw new InvalidDataException($"shard {shard.Shard}/{shard.Shards} of {shard.Implementation}, seed {shard.Seed}, is not of the same run as {first.Shard}/{first.Shards} of {first.Implementation}, seed {first.Seed}");
            }
        }

        var lost = Enumerable.Range(1, first.Shards).Except(shards.Select(s => s.Shard)).ToList();
        if (lost.Count > 0)
        {
            throw new InvalidDataException($"lost: shard {string.Join(", ", lost)} of {first.Shards}; run with --shard {lost[0]}/{first.Shards} --seed {first.Seed}{(lost.Count > 1 ? " and so on" : "")}, then merge again");
        }

        if (shards.GroupBy(s => s.Shard).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new InvalidDataException($"shard {twice.Key}/{first.Shards} is there twice");
        }

        var ordered = shards.OrderBy(s => s.Shard).ToList();
        var parts = Enumerable.Range(0, first.Parts.Count).Select(i => Sum([.. ordered.Select(s => s.Parts[i])], first.Parts[i].Engine, [])).ToList();
        return Sum(ordered, first.Engine, parts);
    }

    /// <summary>The verdict over one implementation with several engines, run one after another.</summary>
    public static Verdict Engines(IReadOnlyList<Verdict> engines) =>
        engines.Count == 1 ? engines[0] : Sum(engines, string.Join(", ", engines.Select(e => e.Engine)), engines);

    private static Verdict Sum(IReadOnlyList<Verdict> all, string engine, IReadOnlyList<Verdict> parts)
    {
        bool shards = all[0].Shard != all[^1].Shard;
        var first = all[0];
        double seconds = shards ? all.Max(s => s.Elapsed.TotalSeconds) : all.Sum(s => s.Elapsed.TotalSeconds);
        return new Verdict(first.Implementation, engine, first.Seed, shards ? 1 : first.Shard, shards ? 1 : first.Shards, Verdict.Sum(all),
            [.. all.SelectMany(s => s.Findings)], all.Sum(s => s.Steps), TimeSpan.FromSeconds(seconds), string.Concat(all.Select(s => s.Output).Distinct()))
        {
            Checks = all.SelectMany(s => s.Checks).GroupBy(c => c.Key).ToDictionary(g => g.Key, g => g.Max(c => c.Value)),
            Calls = all.Sum(s => s.Calls),
            RandomSteps = all.Sum(s => s.RandomSteps),
            RandomTime = TimeSpan.FromSeconds(shards ? all.Max(s => s.RandomTime.TotalSeconds) : all.Sum(s => s.RandomTime.TotalSeconds)),
            WarmSteps = all.Sum(s => s.WarmSteps),
            WarmTime = TimeSpan.FromSeconds(shards ? all.Max(s => s.WarmTime.TotalSeconds) : all.Sum(s => s.WarmTime.TotalSeconds)),
            Jobs = shards ? all.Sum(s => s.Jobs) : all.Max(s => s.Jobs),
            Parallel = ParallelCount.Sum(all.Select(s => s.Parallel), shards),
            Parts = parts,
        };
    }
}
