using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Reaping alone, and several reapers at once.</summary>
internal static class ReapRows
{
    public static IEnumerable<Row> All =>
    [
        Reap("single", "in place, by the only reaper", Reaping.RingSingle, Target.FigureAtMost(4)),
        Reap("batch", "copied, one compare-and-swap for each batch", Reaping.RingBatch, Target.FigureAtMost(5)),
        Reap("each", "copied, one compare-and-swap for each event", Reaping.RingEach, null),
        Reap("call", "io_getevents2 on a private ring", Reaping.Call, null),
        new("reapers/1", "One thread submits NOPs, one reaps from the shared ring", Quantity.Rate, "io_uring, one thread", null,
            stage => new ReapersSide(stage, 1), stage => NopRows.Uring(stage, "nop", "depth=128")),
        new("reapers/2", "One thread submits NOPs, two reap", Quantity.Rate, "ours, one reaper", null,
            stage => new ReapersSide(stage, 2), stage => new ReapersSide(stage, 1)),
        new("reapers/4", "One thread submits NOPs, four reap", Quantity.Rate, "ours, one reaper", null,
            stage => new ReapersSide(stage, 4), stage => new ReapersSide(stage, 1)),
    ];

    private static Row Reap(string id, string how, Reaping reaping, Target? target) => new(
        "reap/" + id, "Reaping one attribute-free event: " + how, Quantity.Time, "liburing's CQ loop", target,
        stage => new ReapSide(stage, reaping), stage => NopRows.Uring(stage, "reap", ""));
}
