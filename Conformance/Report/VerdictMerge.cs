using AioV2.Conformance.Run;

namespace AioV2.Conformance.Report;

/// <summary>Joins the verdicts of the shards of one run.</summary>
public static class VerdictMerge
{
    /// <summary>One verdict: a requirement failed if it failed anywhere, and passed if it passed anywhere else.</summary>
    /// <exception cref="InvalidDataException">A shard is missing or doubled, or they are not of one run.</exception>
    public static Verdict Join(IReadOnlyList<Verdict> shards)
    {
        var first = shards.Count > 0 ? shards[0] : throw new InvalidDataException("no shards");
        foreach (var shard in shards)
        {
            if ((shard.Shards, shard.Seed, shard.Implementation, shard.Engine) != (first.Shards, first.Seed, first.Implementation, first.Engine))
            {
                throw new InvalidDataException($"shard {shard.Shard}/{shard.Shards} of {shard.Implementation}, seed {shard.Seed}, is not of the same run as {first.Shard}/{first.Shards} of {first.Implementation}, seed {first.Seed}");
            }
        }

        for (int i = 1; i <= first.Shards; i++)
        {
            int count = shards.Count(s => s.Shard == i);
            if (count != 1)
            {
                throw new InvalidDataException($"shard {i}/{first.Shards} is {(count == 0 ? "missing" : "there twice")}");
            }
        }

        var lines = first.Lines.Select(l =>
        {
            var same = shards.Select(s => s.Lines.FirstOrDefault(o => o.Id == l.Id) ?? throw new InvalidDataException($"shard {s.Shard} has no {l.Id}")).ToList();
            return l with { Outcome = same.Max(s => s.Outcome), Checks = same.Sum(s => s.Checks) };
        });
        return new Verdict(first.Implementation, first.Engine, first.Seed, 1, 1, [.. lines], [.. shards.SelectMany(s => s.Findings)],
            shards.Sum(s => s.Steps), TimeSpan.FromSeconds(shards.Max(s => s.Elapsed.TotalSeconds)), string.Concat(shards.Select(s => s.Output)));
    }
}
