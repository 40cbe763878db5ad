namespace AioV2.Bench.Harness;

/// <summary>Measures rows one after the other; a row that goes wrong does not stop the others.</summary>
/// <param name="stage">What the sides stand on.</param>
/// <param name="progress">Told which row is measured, and how many there are.</param>
public sealed class Session(Stage stage, Action<Row, int, int>? progress = null)
{
    /// <summary>The results in the order of the rows; after a cancellation only those measured until then.</summary>
    public IReadOnlyList<RowResult> Run(IEnumerable<Row> rows, CancellationToken cancel)
    {
        var pattern = new RowPattern(stage.Options.Rows);
        var chosen = rows.Where(row => pattern.Matches(row.Id)).ToArray();
        var results = new List<RowResult>(chosen.Length);
        foreach (var row in chosen)
        {
            if (cancel.IsCancellationRequested)
            {
                break;
            }
            progress?.Invoke(row, results.Count + 1, chosen.Length);
            if (Measure(row, cancel) is { } result)
            {
                results.Add(result);
            }
        }
        return results;
    }

    private RowResult? Measure(Row row, CancellationToken cancel)
    {
        try
        {
            using var ours = row.Ours(stage);
            return row.Against is null ? Alone(row, ours, cancel) : Against(row, ours, cancel);
        }
        catch (NotBuiltException e)
        {
            return new RowResult(row, RowStatus.Pending, e.Message);
        }
        catch (PeerMissingException e)
        {
            return new RowResult(row, RowStatus.PeerMissing, e.Message);
        }
        catch (NotApplicableException e)
        {
            return new RowResult(row, RowStatus.NotApplicable, e.Message);
        }
        catch (Exception e) when (e is BenchException or IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            return cancel.IsCancellationRequested ? null : new RowResult(row, RowStatus.Failed, e.Message);
        }
    }

    private RowResult? Alone(Row row, ISide ours, CancellationToken cancel)
    {
        var legs = Alternation.Alone(ours, stage.Options, cancel);
        return legs.Count == 0
            ? null
            : new RowResult(row, RowStatus.Measured, Ours: Figures(legs, row.Quantity), OurLatencies: Latencies(legs));
    }

    private RowResult? Against(Row row, ISide ours, CancellationToken cancel)
    {
        using var theirs = row.Against!(stage);
        var pairs = Alternation.Pairs(ours, theirs, stage.Options, cancel);
        if (pairs.Count == 0)
        {
            return null;
        }
        Reading[] a = [.. pairs.Select(p => p.Ours)], b = [.. pairs.Select(p => p.Theirs)];
        var ratios = a.Zip(b, (x, y) => x.Figure(row.Quantity) / y.Figure(row.Quantity));
        return new RowResult(
            row, RowStatus.Measured, null, Figures(a, row.Quantity), Figures(b, row.Quantity), Spread.Of(ratios), Latencies(a), Latencies(b));
    }

    private static Spread Figures(IEnumerable<Reading> legs, Quantity quantity) =>
        Spread.Of(legs.Select(leg => leg.Figure(quantity)));

    private static LatencyHistogram? Latencies(IEnumerable<Reading> legs)
    {
        var sum = new LatencyHistogram();
        foreach (var leg in legs)
        {
            if (leg.Latencies is { } some)
            {
                sum.Add(some);
            }
        }
        return sum.Total > 0 ? sum : null;
    }
}
