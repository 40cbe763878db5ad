namespace AioV2.Bench.Harness;

/// <summary>One comparison: ours against one peer.</summary>
/// <param name="Id">Stable, in parts separated by slashes, e.g. <c>read/hot/ext4/32</c>; rows that differ only in the peer share it.</param>
/// <param name="Title">What is done, in words.</param>
/// <param name="Quantity">What is compared.</param>
/// <param name="Peer">Name of the other side; <see cref="NoPeer"/> where only our own figure is bounded.</param>
/// <param name="Target">The bound to reach, if there is one.</param>
/// <param name="Ours">Makes our side.</param>
/// <param name="Against">Makes the other side.</param>
public sealed record Row(
    string Id,
    string Title,
    Quantity Quantity,
    string Peer,
    Target? Target,
    Func<Stage, ISide> Ours,
    Func<Stage, ISide>? Against)
{
    /// <summary>The peer's name in a row that has none.</summary>
    public const string NoPeer = "none";
}
