using AioV2.Bench.Harness;

namespace AioV2.Bench.Tests;

/// <summary>Options, rows and results to test with.</summary>
internal static class Samples
{
    public static readonly BenchOptions Options = BenchOptions.Quick with
    {
        Rounds = 4,
        Leg = TimeSpan.FromTicks(100),
        WarmUp = TimeSpan.FromTicks(300),
    };

    public static readonly Machine Machine = new("a processor <i>", 2, 1 << 30, "a system", "a runtime", "X64", 0, false, DateTimeOffset.UnixEpoch);

    public static Row Row(
        string id, Func<Stage, ISide> ours, Func<Stage, ISide>? theirs, Target? target = null, Quantity quantity = Quantity.Rate) =>
        new(id, "what <is> done", quantity, theirs is null ? Bench.Harness.Row.NoPeer : "a peer & co", target, ours, theirs);

    public static RowResult Measured(string id = "group/row", Target? target = null, Spread? ratio = null, LatencyHistogram? latencies = null) => new(
        Row(id, _ => throw new BenchException("not run"), _ => throw new BenchException("not run"), target),
        RowStatus.Measured, null, new Spread(2e6, 1e6, 3e6), new Spread(1e6, 1e6, 1e6), ratio ?? new Spread(2, 1, 3), latencies, latencies);
}
