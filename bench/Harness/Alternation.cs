namespace AioV2.Bench.Harness;

/// <summary>Measures two sides in turn, A B A B …, so that a slow minute of the machine hits both.</summary>
public static class Alternation
{
    /// <summary>Growth of a leg while its size is looked for.</summary>
    private const int Growth = 4;

    /// <summary>The pairs of legs, in the order measured; fewer than asked for if cancelled, none if cancelled at once.</summary>
    public static IReadOnlyList<(Reading Ours, Reading Theirs)> Pairs(
        ISide ours, ISide theirs, BenchOptions options, CancellationToken cancel)
    {
        var sizes = (Ours: SizeOfLeg(ours, options, cancel), Theirs: SizeOfLeg(theirs, options, cancel));
        var pairs = new List<(Reading, Reading)>(options.Rounds);
        for (var round = 0; round < options.Rounds && !cancel.IsCancellationRequested; round++)
        {
            var a = ours.Run(sizes.Ours);
            if (cancel.IsCancellationRequested)
            {
                break;
            }
            pairs.Add((a, theirs.Run(sizes.Theirs)));
        }
        return pairs;
    }

    /// <summary>The legs of a side that has no peer.</summary>
    public static IReadOnlyList<Reading> Alone(ISide ours, BenchOptions options, CancellationToken cancel)
    {
        var size = SizeOfLeg(ours, options, cancel);
        var legs = new List<Reading>(options.Rounds);
        while (legs.Count < options.Rounds && !cancel.IsCancellationRequested)
        {
            legs.Add(ours.Run(size));
        }
        return legs;
    }

    /// <summary>Operations that take about one leg. Finding that out is also the warm-up.</summary>
    /// <remarks>A side is asked for more and more until one run takes a leg, then again until the warm-up is over.</remarks>
    internal static long SizeOfLeg(ISide side, BenchOptions options, CancellationToken cancel)
    {
        double wanted = options.Leg.TotalNanoseconds, left = side.IsCompiledAhead ? 0 : options.WarmUp.TotalNanoseconds;
        long size = 1;
        while (!cancel.IsCancellationRequested)
        {
            var reading = side.Run(size);
            left -= reading.Whole;
            var next = Scaled(reading, wanted, size, side.MaxOperations);
            if (next < size * 2 && left <= 0)
            {
                return next;
            }
            // A side that takes no time at all, or only as much as fits its cap, must not be asked for ever.
            left -= wanted / 100;
            size = next;
        }
        return size;
    }

    private static long Scaled(Reading reading, double wanted, long size, long most)
    {
        var factor = Math.Min(Growth, wanted / Math.Max(1, reading.Whole));
        return Math.Clamp((long)(size * factor), 1, most);
    }
}
