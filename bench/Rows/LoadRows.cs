using System.Numerics;
using AioV2.Abi;
using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary>Many requests, little ring, and contexts that come and go.</summary>
internal static class LoadRows
{
    private const int Storm = 100_000, Few = 1_000;

    // The smallest ring that holds a storm.
    private static readonly uint StormBytes = BitOperations.RoundUpToPowerOf2(Storm * IoEvent2.SizeOf);

    public static IEnumerable<Row> Memory =>
    [
        new("memory", "Memory of one request in flight (NOP that asks for RETRY without a return, its 24-byte event included)", Quantity.Bytes, Row.NoPeer,
            Target.FigureAtMost(512), stage => new MemorySide(stage), null),
    ];

    public static IEnumerable<Row> All =>
    [
        new("overflow-storm", "100 000 NOPs at once through a ring of 4 KiB", Quantity.Rate, "ours, a ring that holds them all", Target.RatioAtLeast(0.5),
            stage => new InFlightSide(stage, Storm, Aio2.RingBytesMin, Reaping.RingSingle, asks: false),
            stage => new InFlightSide(stage, Storm, StormBytes, Reaping.RingSingle, asks: false)),
        new("overflow-storm/asking", "The same, each NOP with RETRY (no return)", Quantity.Rate, "ours, a ring that holds them all", null,
            stage => new InFlightSide(stage, Storm, Aio2.RingBytesMin, Reaping.RingSingle, asks: true),
            stage => new InFlightSide(stage, Storm, StormBytes, Reaping.RingSingle, asks: true)),
        new("in-flight", "Cost of a request (NOP with RETRY, no return) with 1 000 000 in flight (--quick: 100 000)", Quantity.Time, "ours, 1 000 in flight", Target.RatioAtMost(4),
            stage => new InFlightSide(stage, stage.Options.InFlight, 0, Reaping.Call, asks: true),
            stage => new InFlightSide(stage, Few, 0, Reaping.Call, asks: true)),
        SetUp("private", shared: false, "io_uring_queue_init + exit", PeerProgram.Uring, Target.RatioAtMost(0.4)),
        SetUp("shared", shared: true, "io_uring_queue_init + exit", PeerProgram.Uring, null),
        SetUp("private", shared: false, "libaio io_setup + io_destroy", PeerProgram.Libaio, null),
    ];

    private static Row SetUp(string id, bool shared, string peer, PeerProgram program, Target? target) => new(
        "setup/" + id, $"Set-up and tear-down, {id} ring, 256 slots", Quantity.Time, peer, target,
        stage => new SetupSide(stage, shared), stage => new PeerSide(stage.Peers[program], "init-exit", "entries=256"));
}
