using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary>The ring alone, without any AIO.</summary>
internal static class RingRows
{
    // As many records as the ring of 64 KiB holds.
    private const int ChannelCapacity = 2048;

    public static IEnumerable<Row> All =>
    [
        new("ring/one-thread", "Ring alone, one thread, 32-byte records, single reaper", Quantity.Rate, "C SPSC ring", Target.FigureAtLeast(100e6),
            _ => new RingAloneSide(1, single: true), stage => Spsc(stage, "one")),
        new("ring/one-thread-cas", "Ring alone, one thread, 32-byte records, compare-and-swap for each", Quantity.Rate, "C SPSC ring", null,
            _ => new RingAloneSide(1, single: false), stage => Spsc(stage, "one")),
        new("ring/two-threads", "Ring alone, producer and consumer", Quantity.Rate, "Channel, bounded", Target.RatioAtLeast(2),
            Two, _ => new ChannelSide(ChannelCapacity)),
        new("ring/two-threads", "Ring alone, producer and consumer", Quantity.Rate, "Channel, unbounded", Target.RatioAtLeast(1),
            Two, _ => new ChannelSide(0)),
        new("ring/two-threads", "Ring alone, producer and consumer", Quantity.Rate, "C SPSC ring", Target.RatioAtLeast(0.8),
            Two, stage => Spsc(stage, "two")),
    ];

    private static RingAloneSide Two(Stage stage) => new(2, single: true);

    private static PeerSide Spsc(Stage stage, string name) => new(stage.Peers[PeerProgram.Spsc], name);
}
