using AioV2.Bench.Harness;

namespace AioV2.Bench.Tests;

public class SessionTests
{
    [Fact]
    public void A_row_is_the_ratio_of_ours_to_the_peers_pair_by_pair()
    {
        var result = Assert.Single(Run([Samples.Row("a", _ => Side(10), _ => Side(20), Target.RatioAtLeast(2))]));

        Assert.Equal(RowStatus.Measured, result.Status);
        Assert.Equal(2, result.Ratio!.Value.Median, precision: 6);
        Assert.True(result.Met);
    }

    [Fact]
    public void A_time_row_is_better_when_less()
    {
        var result = Assert.Single(Run([Samples.Row("a", _ => Side(10), _ => Side(20), Target.RatioAtMost(0.4), Quantity.Time)]));

        Assert.Equal(0.5, result.Ratio!.Value.Median, precision: 6);
        Assert.False(result.Met);
    }

    [Fact]
    public void Rows_that_cannot_be_measured_are_named_and_do_not_stop_the_others()
    {
        var results = Run(
        [
            Samples.Row("pending", _ => throw new NotBuiltException("later"), _ => Side(1)),
            Samples.Row("missing", _ => Side(1), _ => throw new PeerMissingException("no such peer")),
            Samples.Row("elsewhere", _ => throw new NotApplicableException("no disk"), null),
            Samples.Row("failed", _ => throw new BenchException("broken"), null),
            Samples.Row("good", _ => Side(1), null),
        ]);

        Assert.Equal(
            [RowStatus.Pending, RowStatus.PeerMissing, RowStatus.NotApplicable, RowStatus.Failed, RowStatus.Measured],
            results.Select(r => r.Status));
        Assert.Equal(["later", "no such peer", "no disk", "broken", null], results.Select(r => r.Note));
        Assert.All(results.Take(4), r => Assert.Null(r.Met));
    }

    [Fact]
    public void Both_sides_are_disposed_also_when_one_fails()
    {
        var ours = Side(1);
        var theirs = new FakeSide("B", [], (_, _) => throw new BenchException("broken"));
        var result = Assert.Single(Run([Samples.Row("a", _ => ours, _ => theirs)]));

        Assert.Equal(RowStatus.Failed, result.Status);
        Assert.True(ours.Disposed && theirs.Disposed);
    }

    [Fact]
    public void A_stop_keeps_what_was_measured_until_then()
    {
        using var stop = new CancellationTokenSource();
        using var stage = new Stage(Samples.Options);
        var stopping = new FakeSide("A", [], (_, n) =>
        {
            stop.Cancel();
            return n;
        });
        var results = new Session(stage).Run(
            [Samples.Row("first", _ => Side(1), null), Samples.Row("second", _ => stopping, _ => Side(1)), Samples.Row("third", _ => Side(1), null)],
            stop.Token);

        Assert.Equal("first", Assert.Single(results).Row.Id);
    }

    [Fact]
    public void Only_rows_that_fit_the_pattern_are_run_and_progress_counts_them()
    {
        using var stage = new Stage(Samples.Options with { Rows = "a/*" });
        var seen = new List<string>();
        var results = new Session(stage, (row, number, of) => seen.Add($"{row.Id} {number}/{of}")).Run(
            [Samples.Row("a/1", _ => Side(1), null), Samples.Row("b/1", _ => Side(1), null), Samples.Row("a/2", _ => Side(1), null)],
            CancellationToken.None);

        Assert.Equal(["a/1", "a/2"], results.Select(r => r.Row.Id));
        Assert.Equal(["a/1 1/2", "a/2 2/2"], seen);
    }

    private static FakeSide Side(long nanoseconds) => new("A", [], (_, operations) => nanoseconds * operations);

    private static IReadOnlyList<RowResult> Run(Row[] rows)
    {
        using var stage = new Stage(Samples.Options);
        return new Session(stage).Run(rows, CancellationToken.None);
    }
}
