using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary>Whole programs: fio's engines, copying, the tools.</summary>
internal static class ToolRows
{
    public static IEnumerable<Row> All =>
    [
        .. FioRows.All,
        Copy("plain", "no attributes", "none", Target.RatioAtMost(1.1)),
        Copy("checksum", "with CHECKSUM", "checksum", Target.RatioAtMost(1.25)),
        new("conformance", "Conformance: sequential model steps, simulated engine, three children for two processors", Quantity.Rate, Row.NoPeer, Target.FigureAtLeast(100_000),
            _ => new ConformanceSide(Aio2Path()), null),
        new("tools/spec", "aio2 spec lint on aio2.yaml, warm, from start to end", Quantity.Time, Row.NoPeer, Target.FigureAtMost(300e6),
            _ => new ToolSide(Aio2Path(), ["spec", "lint", "--spec", Path.Combine(Root(), "Spec", "aio2.yaml")]), null),
        new("tools/gen", "aio2 gen header on aio2.yaml, warm, from start to end", Quantity.Time, Row.NoPeer, Target.FigureAtMost(300e6),
            _ => new ToolSide(Aio2Path(), ["gen", "header", "--spec", Path.Combine(Root(), "Spec", "aio2.yaml")]), null),
        new("trace", "NOP at depth 32, recorded to a file; what the writer cannot follow is counted, not kept", Quantity.Rate, "ours, no recording", Target.RatioAtLeast(0.95),
            stage => new TracedNopSide(stage, 32, isTraced: true), stage => new TracedNopSide(stage, 32, isTraced: false)),
    ];

    private static Row Copy(string id, string how, string attributes, Target target) => new(
        "copy/" + id, $"aio2 copy on tmpfs, {how}, copying phase, 4 GiB (--quick: 64 MiB)", Quantity.Time, "dd bs=1M", target,
        stage => CopyTools.Ours(stage, Aio2Path(), attributes), CopyTools.Dd);

    // The program that runs, or the one beside this library when something else runs it.
    private static string Aio2Path()
    {
        var beside = Path.Combine(AppContext.BaseDirectory, "aio2");
        return File.Exists(beside) ? beside : throw new NotBuiltException("the program aio2 is not beside this library");
    }

    private static string Root() =>
        RepositoryRoot.Find() ?? throw new NotApplicableException("Spec/aio2.yaml is not here: this is not a clone");
}
