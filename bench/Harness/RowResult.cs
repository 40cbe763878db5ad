namespace AioV2.Bench.Harness;

/// <summary>A row as measured, or why it was not.</summary>
/// <param name="Row">The row.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Note">The reason, where it was not measured.</param>
/// <param name="Ours">Our figures.</param>
/// <param name="Theirs">The peer's figures.</param>
/// <param name="Ratio">Ours over the peer's, pair by pair.</param>
/// <param name="OurLatencies">Latencies of all our legs together.</param>
/// <param name="TheirLatencies">Latencies of all the peer's legs together.</param>
public sealed record RowResult(
    Row Row,
    RowStatus Status,
    string? Note = null,
    Spread? Ours = null,
    Spread? Theirs = null,
    Spread? Ratio = null,
    LatencyHistogram? OurLatencies = null,
    LatencyHistogram? TheirLatencies = null)
{
    /// <summary>Whether the target was met; null without a target or without a measurement.</summary>
    public bool? Met => Row.Target is { } target && Ours is { } ours ? target.IsMet(Ratio?.Median, ours.Median) : null;
}
