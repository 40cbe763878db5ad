using System.Globalization;
using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary>NOP, submit to reap: what the calls and the ring cost without any I/O.</summary>
internal static class NopRows
{
    private static readonly Target AtBothDepths = Target.RatioAtLeast(3);

    public static IEnumerable<Row> All =>
    [
        Nop(1, "io_uring", AtBothDepths),
        Nop(1, "io_uring, deferred", null),
        Nop(32, "io_uring", AtBothDepths),
        Nop(32, "io_uring, deferred", null),
        Nop(1024, "io_uring", null),
        new("nop/deferred/32", "NOP, submit to reap, 32 at once, deferred completion (SETUP-12)", Quantity.Rate, "io_uring, deferred", null,
            stage => new NopSide(stage, 32, Reaping.Deferred), stage => Uring(stage, "nop", "depth=32 defer=1")),
        new("nop/eventfd-epoll/1", "Event loop on the context's eventfd, NOP, 1 at once", Quantity.Rate, "io_uring", null,
            stage => new EventfdSide(stage, 1), stage => Uring(stage, "eventfd", "depth=1")),
        new("nop/eventfd-epoll/32", "Event loop on the context's eventfd, NOP, 32 at once", Quantity.Rate, "io_uring", null,
            stage => new EventfdSide(stage, 32), stage => Uring(stage, "eventfd", "depth=32")),
    ];

    internal static ISide Uring(Stage stage, string name, string arguments) =>
        new PeerSide(stage.Peers[PeerProgram.Uring], name, arguments);

    private static Row Nop(int depth, string peer, Target? target) => new(
        string.Create(CultureInfo.InvariantCulture, $"nop/{depth}"),
        $"NOP, submit to reap from the ring, {depth} at once",
        Quantity.Rate, peer, target,
        stage => new NopSide(stage, depth, Reaping.RingSingle),
        stage => Uring(stage, "nop", string.Create(CultureInfo.InvariantCulture, $"depth={depth} defer={(peer == "io_uring" ? 0 : 1)}")));
}
