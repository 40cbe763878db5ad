using System.Globalization;

namespace AioV2.Bench.Harness;

/// <summary>What a row should reach: a bound on the ratio, or on our own figure.</summary>
/// <param name="AtLeast">True for a lower bound, false for an upper one.</param>
/// <param name="Bound">The bound, in the unit of what it bounds.</param>
/// <param name="OnRatio">True if the ratio is bounded, false if our own figure is.</param>
public sealed record Target(bool AtLeast, double Bound, bool OnRatio)
{
    /// <summary>The ratio is this or more.</summary>
    public static Target RatioAtLeast(double bound) => new(true, bound, true);

    /// <summary>The ratio is this or less.</summary>
    public static Target RatioAtMost(double bound) => new(false, bound, true);

    /// <summary>Our own figure is this or more.</summary>
    public static Target FigureAtLeast(double bound) => new(true, bound, false);

    /// <summary>Our own figure is this or less.</summary>
    public static Target FigureAtMost(double bound) => new(false, bound, false);

    /// <summary>Whether the medians reach the bound; a bound on a ratio is not met without one.</summary>
    public bool IsMet(double? ratio, double ours)
    {
        var value = OnRatio ? ratio : ours;
        return value is { } v && (AtLeast ? v >= Bound : v <= Bound);
    }

    /// <summary>For people: "≥ 3x", "≤ 15 ns", "≥ 100 M/s".</summary>
    public string Text(Quantity quantity)
    {
        var bound = OnRatio ? Bound.ToString("0.##", CultureInfo.InvariantCulture) + "x" : FigureText.Of(Bound, quantity);
        return (AtLeast ? "≥ " : "≤ ") + bound;
    }
}
