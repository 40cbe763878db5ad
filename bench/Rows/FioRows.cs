using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary>fio: its engines against our loop, and both of our ways into fio against its engines.</summary>
internal static class FioRows
{
    // fio takes as long as some legs to start, which its own time leaves out.
    private const int Depth = 32, LegsOfStart = 3;

    public static IEnumerable<Row> All =>
    [
        Loop("io_uring"),
        Loop("libaio"),
        Loop("psync"),
        Engine("io_uring", direct: false),
        Engine("libaio", direct: false),
        Engine("io_uring", direct: true),
        Engine("libaio", direct: true),
        Compat("libaio", direct: false, Target.RatioAtLeast(1)),
        Compat("io_uring", direct: true, Target.RatioAtLeast(0.95)),

        // What the two targets above them ask for: one preadv2 for each hot read is the least that a kernel in user space does, and
        // the compat library is called as libaio is, once for each batch.
        new("limit/fio/hot", "fio's pvsync2, 4 KiB reads from the cache, ext4", Quantity.Rate, "fio libaio", null,
            stage => Fio(stage, "pvsync2", direct: false), stage => Fio(stage, "libaio", direct: false)),
        new("limit/fio/direct", "fio's libaio on the system's own, 4 KiB O_DIRECT reads, ext4, 32 at once", Quantity.Rate, "fio io_uring", null,
            stage => Fio(stage, "libaio", direct: true), stage => Fio(stage, "io_uring", direct: true)),
    ];

    private static Row Loop(string engine) => new(
        "fio/hot", "4 KiB reads from the cache, ext4, 32 at once, against fio's own loop", Quantity.Rate, "fio " + engine, null,
        stage => new TransferSide(stage, Plan(stage, direct: false), AttributeSet.None),
        stage => Fio(stage, engine, direct: false));

    private static Row Engine(string peer, bool direct) => new(
        "fio/engine/" + Name(direct), $"fio with the engine aio2, {How(direct)}, ext4, 32 at once", Quantity.Rate, "fio " + peer, null,
        stage => Fio(stage, "external:" + Built("bench-peers", "fio-aio2.so", "Native/build.sh, then bench/setup.sh make it"), direct),
        stage => Fio(stage, peer, direct));

    private static Row Compat(string peer, bool direct, Target target) => new(
        "fio/compat/" + Name(direct), $"fio's libaio engine on the compat library, {How(direct)}, ext4, 32 at once", Quantity.Rate, "fio " + peer, target,
        stage => Fio(stage, "libaio", direct, Built("native", "libaio2-compat.so", "Native/build.sh makes it")),
        stage => Fio(stage, peer, direct));

    private static FioSide Fio(Stage stage, string engine, bool direct, string? preload = null) =>
        new(Plan(stage, direct), engine, stage.Options.Leg.TotalMilliseconds * LegsOfStart, preload);

    private static TransferPlan Plan(Stage stage, bool direct) =>
        TransferRows.Plan(stage, FileSystemKind.Ext4, Depth) with { Direct = direct };

    private static string Name(bool direct) => direct ? "direct" : "hot";

    private static string How(bool direct) => direct ? "4 KiB O_DIRECT reads" : "4 KiB reads from the cache";

    // Of what scripts leave in artifacts.
    private static string Built(string folder, string file, string how) =>
        RepositoryRoot.Find() is { } root && Path.Combine(root, "artifacts", folder, file) is var path && File.Exists(path)
            ? path
            : throw new NotBuiltException($"{file} is not built: {how}");
}
