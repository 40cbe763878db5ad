using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary>Whole programs: fio's engines, copying, the tools.</summary>
internal static class ToolRows
{
    private const int Depth = 32;

    public static IEnumerable<Row> All =>
    [
        Fio("io_uring"),
        Fio("libaio"),
        Fio("psync"),
        PendingRow.Of("fio/compat/hot", "fio's libaio engine on the compat library, hot reads, 32 at once", Quantity.Rate, "fio libaio", Target.RatioAtLeast(1), NoCompat),
        PendingRow.Of("fio/compat/direct", "fio's libaio engine on the compat library, O_DIRECT, 32 at once", Quantity.Rate, "fio io_uring", Target.RatioAtLeast(0.95), NoCompat),
        PendingRow.Of("copy/plain", "aio2 copy on tmpfs, no attributes", Quantity.Time, "dd bs=1M", Target.RatioAtMost(1.1), NoCopy),
        PendingRow.Of("copy/checksum", "aio2 copy on tmpfs, with CHECKSUM", Quantity.Time, "dd bs=1M", Target.RatioAtMost(1.25), NoCopy),
        PendingRow.Of("conformance", "Conformance: sequential model steps, simulated engine", Quantity.Rate, Row.NoPeer, Target.FigureAtLeast(100_000), "the conformance runner is not built yet"),
        PendingRow.Of("tools/spec", "aio2 spec on aio2.yaml, warm", Quantity.Time, Row.NoPeer, Target.FigureAtMost(300e6), "aio2 spec is not built yet"),
        PendingRow.Of("tools/gen", "aio2 gen on aio2.yaml, warm", Quantity.Time, Row.NoPeer, Target.FigureAtMost(300e6), "aio2 gen is not built yet"),
        PendingRow.Of("trace", "NOP at depth 32 with trace recording", Quantity.Rate, "ours, no recording", Target.RatioAtLeast(0.95), "trace recording is not built yet"),
    ];

    private const string NoCompat = "libaio2-compat.so is not built yet", NoCopy = "aio2 copy is not built yet";

    private static Row Fio(string engine) => new(
        "fio/hot", "4 KiB reads from the cache, ext4, 32 at once, against fio's own loop", Quantity.Rate, "fio " + engine, null,
        stage => new TransferSide(stage, TransferRows.Plan(stage, FileSystemKind.Ext4, Depth), AttributeSet.None),
        stage => new FioSide(TransferRows.Plan(stage, FileSystemKind.Ext4, Depth), engine, stage.Options.Leg.TotalMilliseconds));
}
