using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Every row, in the order in which they are measured and shown.</summary>
public static class Catalogue
{
    /// <summary>All rows. Memory comes first: later rows leave freed memory behind, which would hide growth.</summary>
    public static IReadOnlyList<Row> All { get; } =
    [
        .. LoadRows.Memory,
        .. NopRows.All,
        .. RingRows.All,
        .. ReapRows.All,
        .. TransferRows.All,
        .. AttributeRows.All,
        .. LoadRows.All,
        .. PieceRows.All,
        .. ToolRows.All,
    ];
}
