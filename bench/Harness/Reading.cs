namespace AioV2.Bench.Harness;

/// <summary>One leg of one side: what was done, and how long it took.</summary>
/// <param name="Operations">Operations done, at least 1.</param>
/// <param name="Nanoseconds">Time that they took together, set-up and tear-down excluded.</param>
/// <param name="Latencies">Time of each operation, where the row asks for it.</param>
/// <param name="Bytes">Bytes that they took together, where the row is about memory.</param>
/// <param name="Spent">Time of the whole leg, where it is more than <paramref name="Nanoseconds"/>; it only bounds the leg.</param>
public sealed record Reading(long Operations, long Nanoseconds, LatencyHistogram? Latencies = null, long Bytes = 0, long Spent = 0)
{
    /// <summary>What the leg took of the time of whoever waits for it.</summary>
    public long Whole => Math.Max(Spent, Nanoseconds);

    /// <summary>The figure that a row of this quantity compares.</summary>
    /// <exception cref="BenchException">The leg did not measure that.</exception>
    public double Figure(Quantity quantity) => quantity switch
    {
        Quantity.Rate => Operations * 1e9 / Math.Max(1, Nanoseconds),
        Quantity.Time => (double)Nanoseconds / Operations,
        Quantity.Bytes => (double)Bytes / Operations,
        Quantity.P99 when Latencies is { Total: > 0 } => Latencies.Percentile(0.99),
        _ => throw new BenchException($"the leg did not measure {quantity}"),
    };
}
