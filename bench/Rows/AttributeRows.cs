using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>What attributes cost on hot reads.</summary>
internal static class AttributeRows
{
    private const int Depth = 32;

    public static IEnumerable<Row> All =>
    [
        new("attributes/0", "Hot reads on ext4, 32 at once, no attributes", Quantity.Rate, "io_uring", null,
            stage => Side(stage, AttributeSet.None), stage => NopRows.Uring(stage, "transfers", Plan(stage).Arguments)),
        With("1", AttributeSet.One, null),
        With("3", AttributeSet.Three, Target.RatioAtLeast(0.96)),
        With("8", AttributeSet.Eight, null),
    ];

    private static Row With(string id, AttributeSet attributes, Target? target) => new(
        "attributes/" + id, $"Hot reads on ext4, 32 at once, with {attributes.Name}", Quantity.Rate, "ours, no attributes", target,
        stage => Side(stage, attributes), stage => Side(stage, AttributeSet.None));

    private static TransferSide Side(Stage stage, AttributeSet attributes) => new(stage, Plan(stage), attributes);

    private static TransferPlan Plan(Stage stage) => TransferRows.Plan(stage, FileSystemKind.Ext4, Depth);
}
