namespace AioV2.Bench.Harness;

/// <summary>Median, lowest and highest of repeated measurements.</summary>
public readonly record struct Spread(double Median, double Low, double High)
{
    /// <summary>The spread of at least one value; with an even count the median lies between the two in the middle.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length);
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }
}
