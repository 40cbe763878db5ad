using AioV2.Bench.Harness;
using AioV2.Bench.Rows;

namespace AioV2.Bench.Tests;

public class SmokeTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    [Fact]
    public void Every_row_appears_and_none_fails()
    {
        var options = new BenchOptions("*", 1, TimeSpan.Zero, TimeSpan.FromMilliseconds(1), TimeSpan.Zero, 1 << 20, 2000, 1 << 20);
        using var stop = new CancellationTokenSource(Bound);
        using var stage = new Stage(options);
        var results = new Session(stage).Run(Catalogue.All, stop.Token);

        Assert.False(stop.IsCancellationRequested, $"stopped after {Bound}");
        Assert.Equal(Catalogue.All, results.Select(r => r.Row));
        Assert.Equal([], results.Where(r => r.Status == RowStatus.Failed).Select(r => $"{r.Row.Id} : {r.Row.Peer}: {r.Note}"));
        // A bench without a peer goes on and names it; the tests install all peers, so that here none is missing.
        Assert.Equal([], results.Where(r => r.Status == RowStatus.PeerMissing).Select(r => $"{r.Row.Id} : {r.Row.Peer}: {r.Note}"));
        Assert.All(results.Where(r => r.Status is RowStatus.Pending or RowStatus.NotApplicable), r => Assert.False(string.IsNullOrWhiteSpace(r.Note)));
        Assert.All(results.Where(r => r.Status == RowStatus.Measured), r => Assert.True(r.Ours!.Value.Median > 0));
    }
}
