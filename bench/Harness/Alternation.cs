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
        var pairs = new List<(Reading, Reading)>();
        for (long spent = 0; IsWanted(pairs.Count, 2, spent, options) && !cancel.IsCancellationRequested;)
        {
            var a = ours.Run(sizes.Ours);
            if (cancel.IsCancellationRequested)
            {
                break;
            }
            var b = theirs.Run(sizes.Theirs);
            pairs.Add((a, b));
            spent += a.Whole + b.Whole;
        }
        return pairs;
    }

    /// <summary>The legs of a side that has no peer.</summary>
    public static IReadOnlyList<Reading> Alone(ISide ours, BenchOptions options, CancellationToken cancel)
    {
        var size = SizeOfLeg(ours, options, cancel);
        var legs = new List<Reading>();
        for (long spent = 0; IsWanted(legs.Count, 1, spent, options) && !cancel.IsCancellationRequested;)
        {
            legs.Add(ours.Run(size));
            spent += legs[^1].Whole;
        }
        return legs;
    }

    // No more than would take the time if each leg took what it should: sides that take no time come to an end.
    private static bool IsWanted(int round, int legs, long spent, BenchOptions options) =>
        round < options.Rounds
        || (spent < options.Time.TotalNanoseconds && round * legs * options.Leg.TotalNanoseconds < options.Time.TotalNanoseconds);

    /// <summary>Operations that take about one leg. Finding that out is also the warm-up.</summary>
    /// <remarks>A side is asked for more and more until a run takes a leg, then again until the warm-up is over. Two runs in turn must say so:
    /// one of few operations may have been held up.</remarks>
    internal static long SizeOfLeg(ISide side, BenchOptions options, CancellationToken cancel)
    {
        double wanted = options.Leg.TotalNanoseconds, left = side.IsCompiledAhead ? 0 : options.WarmUp.TotalNanoseconds;
        long size = 1;
        var isLong = false;
        while (!cancel.IsCancellationRequested)
        {
            var reading = side.Run(size);
            left -= reading.Whole;
            var next = Scaled(reading, wanted, size, side.MaxOperations);
            var wasLong = isLong;
            isLong = next < size * 2;
            if (wasLong && isLong && left <= 0)
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
