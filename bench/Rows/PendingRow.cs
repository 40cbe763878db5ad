using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Rows of features that are not built yet: listed, so that nobody forgets them.</summary>
internal static class PendingRow
{
    /// <summary>A row that says what it waits for.</summary>
    public static Row Of(string id, string title, Quantity quantity, string peer, Target? target, string reason) =>
        new(id, title, quantity, peer, target, _ => throw new NotBuiltException(reason), null);
}
