using System.Globalization;
using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary>Reads of 4 KiB: hot, cold, O_DIRECT; ext4 and tmpfs; and a mix with writes.</summary>
internal static class TransferRows
{
    private const string NoWait = " nowait=1";

    private static readonly int[] Depths = [1, 32, 256];

    public static IEnumerable<Row> All =>
    [
        .. Depths.SelectMany(depth => Hot(FileSystemKind.Ext4, depth)),
        .. Depths.SelectMany(depth => Hot(FileSystemKind.Tmpfs, depth)),
        .. Limits,
        Make("limit/cold/ext4", "What io_uring makes of the cold reads", "libaio", 32, null,
            stage => new PeerSide(stage.Peers[PeerProgram.Uring], "transfers", ColdPlan(stage, 32).Arguments, ColdPlan(stage, 32).MaxOperations),
            stage => new PeerSide(stage.Peers[PeerProgram.Libaio], "transfers", ColdPlan(stage, 32).Arguments, ColdPlan(stage, 32).MaxOperations)),
        .. Depths.SelectMany(Cold),
        .. Depths.Select(depth => Make("read/cold/tmpfs", "tmpfs has no cache to drop", "none", depth, null, ColdOnTmpfs, null)),
        .. Depths.Select(depth => Direct(FileSystemKind.Ext4, depth)),
        .. Depths.Select(depth => Direct(FileSystemKind.Tmpfs, depth)),
        DirectP99,
        .. new[] { FileSystemKind.Ext4, FileSystemKind.Tmpfs }.SelectMany(kind => Depths.Select(depth => Mixed(kind, depth))),
    ];

    private static Row DirectP99 => new(
        "read/direct/ext4/1/p99", "4 KiB O_DIRECT, ext4, 1 at once: latency of 99 in 100", Quantity.P99, "io_uring", Target.RatioAtMost(1.15),
        stage => new TransferSide(stage, Latency(stage), AttributeSet.None),
        stage => NopRows.Uring(stage, "transfers", Latency(stage).Arguments));

    private static IEnumerable<Row> Hot(FileSystemKind kind, int depth)
    {
        var target = depth == 32;
        yield return HotRow(kind, depth, "io_uring", target ? Target.RatioAtLeast(kind == FileSystemKind.Ext4 ? 1.05 : 2) : null, PeerProgram.Uring, "transfers", "");
        yield return HotRow(kind, depth, "libaio", target && kind == FileSystemKind.Ext4 ? Target.RatioAtLeast(1.1) : null, PeerProgram.Libaio, "transfers", "");
        if (!target)
        {
            yield break;
        }
        yield return HotRow(kind, depth, "io_uring, registered files and buffers", kind == FileSystemKind.Ext4 ? Target.RatioAtLeast(1) : null, PeerProgram.Uring, "transfers", " registered=1");
        yield return HotRow(kind, depth, "preadv loop", null, PeerProgram.Preadv, "loop", "");
        if (kind == FileSystemKind.Ext4)
        {
            yield return HotRow(kind, depth, "preadv2 loop, RWF_NOWAIT", null, PeerProgram.Preadv, "loop", NoWait);
            yield return HotRow(kind, depth, AttributeRows.InC, Target.RatioAtLeast(1), PeerProgram.Records, "reads", "");
        }
        yield return HotRow(kind, depth, "preadv on a pool", null, PeerProgram.Preadv, "pool", "");
        yield return Make($"read/hot/{Name(kind)}", HotTitle(kind), "RandomAccess.ReadAsync", depth, null,
            stage => new TransferSide(stage, Plan(stage, kind, depth), AttributeSet.None),
            stage => new RandomAccessSide(Plan(stage, kind, depth)));
    }

    // The same reads by the one call that a submit which must not wait (SUBMIT-6) can make for each of them: no kernel in user space is
    // faster, so that these rows tell what the targets above them ask for.
    private static IEnumerable<Row> Limits =>
        new[] { ("io_uring", PeerProgram.Uring, ""), ("libaio", PeerProgram.Libaio, ""), ("io_uring, registered files and buffers", PeerProgram.Uring, " registered=1") }
            .Select(p => Make("limit/hot/ext4", "The same reads by a C loop of preadv2 with RWF_NOWAIT", p.Item1, 32, null,
                HotLoop,
                stage => new PeerSide(stage.Peers[p.Item2], "transfers", Plan(stage, FileSystemKind.Ext4, 32).Arguments + p.Item3)));

    private static PeerSide HotLoop(Stage stage)
    {
        var plan = Plan(stage, FileSystemKind.Ext4, 32);
        return new(stage.Peers[PeerProgram.Preadv], "loop", plan.Arguments + NoWait, held: plan.KeepHot());
    }

    private static Row HotRow(FileSystemKind kind, int depth, string peer, Target? target, PeerProgram program, string name, string more) =>
        Make($"read/hot/{Name(kind)}", HotTitle(kind), peer, depth, target,
            stage => new TransferSide(stage, Plan(stage, kind, depth), AttributeSet.None),
            stage => new PeerSide(stage.Peers[program], name, Plan(stage, kind, depth).Arguments + more));

    private static IEnumerable<Row> Cold(int depth)
    {
        var target = depth == 32;
        (string Peer, PeerProgram Program, Target? Target)[] peers =
        [
            ("io_uring", PeerProgram.Uring, target ? Target.RatioAtLeast(0.97) : null),
            ("libaio", PeerProgram.Libaio, target ? Target.RatioAtLeast(5) : null),
        ];
        return peers.Select(p => Make("read/cold/ext4", "4 KiB reads, buffered, out of the cache, ext4", p.Peer, depth, p.Target,
            stage => new TransferSide(stage, ColdPlan(stage, depth), AttributeSet.None),
            stage => new PeerSide(stage.Peers[p.Program], "transfers", ColdPlan(stage, depth).Arguments, ColdPlan(stage, depth).MaxOperations)));
    }

    private static Row Direct(FileSystemKind kind, int depth) => Make(
        $"read/direct/{Name(kind)}", $"4 KiB O_DIRECT, {Name(kind)}", "io_uring", depth,
        depth == 32 && kind == FileSystemKind.Ext4 ? Target.RatioAtLeast(0.97) : null,
        stage => new TransferSide(stage, Plan(stage, kind, depth) with { Direct = true }, AttributeSet.None),
        stage => NopRows.Uring(stage, "transfers", (Plan(stage, kind, depth) with { Direct = true }).Arguments));

    private static Row Mixed(FileSystemKind kind, int depth) => Make(
        $"mixed-70-30/{Name(kind)}", $"4 KiB, 7 reads to 3 writes, buffered, {Name(kind)}", "io_uring", depth, null,
        stage => new TransferSide(stage, Plan(stage, kind, depth) with { Mixed = true }, AttributeSet.None),
        stage => NopRows.Uring(stage, "transfers", (Plan(stage, kind, depth) with { Mixed = true }).Arguments));

    private static Row Make(
        string id, string title, string peer, int depth, Target? target, Func<Stage, ISide> ours, Func<Stage, ISide>? theirs) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{id}/{depth}"), $"{title}, {depth} at once", Quantity.Rate, peer, target, ours, theirs);

    private static ISide ColdOnTmpfs(Stage stage) =>
        throw new NotApplicableException("tmpfs is memory: its pages cannot be dropped and read again");

    private static string HotTitle(FileSystemKind kind) => $"4 KiB reads from the cache, {Name(kind)}";

    private static string Name(FileSystemKind kind) => FileSystem.NameOf(kind);

    internal static TransferPlan Plan(Stage stage, FileSystemKind kind, int depth) => new(stage.Files.On(kind), depth);

    private static TransferPlan ColdPlan(Stage stage, int depth) => Plan(stage, FileSystemKind.Ext4, depth) with { Cold = true };

    private static TransferPlan Latency(Stage stage) => Plan(stage, FileSystemKind.Ext4, 1) with { Direct = true, Latency = true };
}
