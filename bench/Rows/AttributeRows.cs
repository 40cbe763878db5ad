using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary>What attributes cost on hot reads.</summary>
internal static class AttributeRows
{
    /// <summary>The peer that does what ours must do for a hot read, with attributes or without, and no more.</summary>
    public const string InC = "the same work in C";

    private const string WithThree = " attributes=1";
    private const int Depth = 32;

    public static IEnumerable<Row> All =>
    [
        new("attributes/0", "Hot reads on ext4, 32 at once, no attributes", Quantity.Rate, "io_uring", null,
            stage => Side(stage, AttributeSet.None), stage => NopRows.Uring(stage, "transfers", Plan(stage).Arguments)),
        With("1", AttributeSet.One, null),
        With("3", AttributeSet.Three, Target.RatioAtLeast(0.96)),
        new("attributes/3", "Hot reads on ext4, 32 at once, with " + AttributeSet.Three.Name, Quantity.Rate, InC, Target.RatioAtLeast(1),
            stage => Side(stage, AttributeSet.Three), stage => C(stage, WithThree)),
        new("limit/attributes/3", "The same work in C: what the three attributes cost there", Quantity.Rate, "in C, no attributes", null,
            stage => C(stage, WithThree, Plan(stage).KeepHot()), stage => C(stage, "")),
        With("8", AttributeSet.Eight, null),
    ];

    private static Row With(string id, AttributeSet attributes, Target? target) => new(
        "attributes/" + id, $"Hot reads on ext4, 32 at once, with {attributes.Name}", Quantity.Rate, "ours, no attributes", target,
        stage => Side(stage, attributes), stage => Side(stage, AttributeSet.None));

    private static PeerSide C(Stage stage, string more, ResidentFile? held = null) =>
        new(stage.Peers[PeerProgram.Records], "reads", Plan(stage).Arguments + more, held: held);

    private static TransferSide Side(Stage stage, AttributeSet attributes) => new(stage, Plan(stage), attributes);

    private static TransferPlan Plan(Stage stage) => TransferRows.Plan(stage, FileSystemKind.Ext4, Depth);
}
