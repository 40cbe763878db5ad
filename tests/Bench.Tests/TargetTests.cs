using AioV2.Bench.Harness;

namespace AioV2.Bench.Tests;

public class TargetTests
{
    [Theory]
    [InlineData(3.0, true)]
    [InlineData(3.1, true)]
    [InlineData(2.99, false)]
    public void A_lower_bound_on_the_ratio_is_met_at_the_bound_and_above(double ratio, bool met) =>
        Assert.Equal(met, Target.RatioAtLeast(3).IsMet(ratio, ours: 0));

    [Theory]
    [InlineData(1.15, true)]
    [InlineData(1.0, true)]
    [InlineData(1.16, false)]
    public void An_upper_bound_on_the_ratio_is_met_at_the_bound_and_below(double ratio, bool met) =>
        Assert.Equal(met, Target.RatioAtMost(1.15).IsMet(ratio, ours: 1e9));

    [Fact]
    public void A_bound_on_our_figure_does_not_look_at_the_ratio()
    {
        Assert.True(Target.FigureAtMost(15).IsMet(ratio: 100, ours: 14));
        Assert.False(Target.FigureAtMost(15).IsMet(ratio: 0.1, ours: 16));
        Assert.True(Target.FigureAtLeast(100e6).IsMet(ratio: null, ours: 101e6));
    }

    [Fact]
    public void A_bound_on_a_ratio_that_was_not_measured_is_not_met() =>
        Assert.False(Target.RatioAtMost(2).IsMet(ratio: null, ours: 0));

    [Theory]
    [InlineData(Quantity.Rate, 5e6, 2.0)]
    [InlineData(Quantity.Time, 200, 2.0)]
    [InlineData(Quantity.Bytes, 3, 0.5)]
    public void A_reading_gives_the_figure_of_its_quantity(Quantity quantity, double figure, double scale)
    {
        var reading = new Reading(1000, 200_000, Bytes: 3000);
        Assert.Equal(figure, reading.Figure(quantity));
        var longer = new Reading((long)(1000 * scale), 200_000, Bytes: 3000);
        Assert.NotEqual(figure, longer.Figure(quantity));
    }

    [Fact]
    public void A_percentile_without_latencies_is_refused() =>
        Assert.Throws<BenchException>(() => new Reading(1, 1).Figure(Quantity.P99));

    [Fact]
    public void Targets_read_as_people_write_them()
    {
        Assert.Equal("≥ 3x", Target.RatioAtLeast(3).Text(Quantity.Rate));
        Assert.Equal("≤ 15.0 ns", Target.FigureAtMost(15).Text(Quantity.Time));
        Assert.Equal("≥ 100 M/s", Target.FigureAtLeast(100e6).Text(Quantity.Rate));
        Assert.Equal("≤ 512 B", Target.FigureAtMost(512).Text(Quantity.Bytes));
    }
}
