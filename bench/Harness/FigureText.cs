using System.Globalization;

namespace AioV2.Bench.Harness;

/// <summary>A figure with three digits and a unit that fits.</summary>
public static class FigureText
{
    /// <summary>E.g. "141 M/s", "5.2 ns", "1.3 ms", "480 B".</summary>
    public static string Of(double figure, Quantity quantity) => quantity switch
    {
        Quantity.Rate => Scaled(figure, 1000, " /s", " k/s", " M/s", " G/s"),
        Quantity.Bytes => Scaled(figure, 1024, " B", " KiB", " MiB", " GiB"),
        _ => Scaled(figure, 1000, " ns", " µs", " ms", " s"),
    };

    /// <summary>A ratio, e.g. "3.21x".</summary>
    public static string Ratio(double ratio) =>
        ratio.ToString(ratio >= 100 ? "0" : ratio >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture) + "x";

    private static string Scaled(double value, double step, params string[] units)
    {
        var unit = 0;
        while (value >= step && unit < units.Length - 1)
        {
            value /= step;
            unit++;
        }
        return value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture) + units[unit];
    }
}
