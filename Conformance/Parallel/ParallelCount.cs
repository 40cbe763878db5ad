namespace AioV2.Conformance.Parallel;

/// <summary>How much of the parallel part was done.</summary>
/// <param name="Rounds">Rounds run.</param>
/// <param name="Histories">Histories judged: one for each context of a round.</param>
/// <param name="Operations">Operations in them.</param>
/// <param name="Overlapping">Those of them that were under way at the same time as one of another thread: what the rounds are for.</param>
/// <param name="Undecided">Histories whose search reached its bound.</param>
/// <param name="Threads">Most threads of a round that made calls at once.</param>
/// <param name="Time">How long it took.</param>
public sealed record ParallelCount(long Rounds, long Histories, long Operations, long Overlapping, long Undecided, int Threads, TimeSpan Time)
{
    /// <summary>Nothing done.</summary>
    public static ParallelCount None { get; } = new(0, 0, 0, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The sum over several runs, of which some may have run at the same time.</summary>
    public static ParallelCount Sum(IEnumerable<ParallelCount> all, bool atOnce) => all.Aggregate(None, (a, b) => new ParallelCount(
        a.Rounds + b.Rounds, a.Histories + b.Histories, a.Operations + b.Operations, a.Overlapping + b.Overlapping, a.Undecided + b.Undecided, Math.Max(a.Threads, b.Threads),
        !atOnce ? a.Time + b.Time : a.Time > b.Time ? a.Time : b.Time));
}
