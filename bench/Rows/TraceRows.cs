using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>What recording costs those who leave it on.</summary>
internal static class TraceRows
{
    private const int Depth = 32;

    public static IEnumerable<Row> All =>
    [
        new("trace/nop/32", "NOP, submit to reap from the ring, 32 at once, recorded to a file", Quantity.Rate, "ours, not recorded", Target.RatioAtLeast(0.95),
            stage => new TracedNopSide(stage, Depth, isTraced: true), stage => new TracedNopSide(stage, Depth, isTraced: false)),
    ];
}
