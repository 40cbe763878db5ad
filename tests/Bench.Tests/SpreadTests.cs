using AioV2.Bench.Harness;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Bench.Tests;

public class SpreadTests
{
    [Fact]
    public void The_median_lies_between_low_and_high_and_halves_the_values() => Prop.ForAll<NonEmptyArray<int>>(values =>
    {
        var numbers = values.Get.Select(v => (double)v).ToArray();
        var spread = Spread.Of(numbers);
        return spread.Low == numbers.Min() && spread.High == numbers.Max()
            && numbers.Count(v => v <= spread.Median) * 2 >= numbers.Length
            && numbers.Count(v => v >= spread.Median) * 2 >= numbers.Length;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_values_does_not_matter() => Prop.ForAll<NonEmptyArray<int>>(values =>
    {
        var numbers = values.Get.Select(v => (double)v).ToArray();
        return Spread.Of(numbers) == Spread.Of(numbers.Reverse());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_even_count_has_its_median_between_the_two_in_the_middle() =>
        Assert.Equal(new Spread(2.5, 1, 10), Spread.Of([10, 1, 2, 3]));

    [Fact]
    public void No_values_have_no_spread() => Assert.Throws<ArgumentOutOfRangeException>(() => Spread.Of([]));
}
