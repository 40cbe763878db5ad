using AioV2.Cli.Copy;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Cli.Tests;

public sealed class NumberTests
{
    [Fact]
    public void A_percentile_is_never_below_the_exact_one_and_at_most_a_32nd_above()
    {
        var values = Gen.Choose(0, int.MaxValue).SelectMany(high => Gen.Choose(0, 40).Select(shift => (ulong)high << shift >> 20))
            .NonEmptyListOf().ToArbitrary();
        Prop.ForAll(values, Gen.Choose(1, 1000).ToArbitrary(), (list, thousandths) =>
        {
            var histogram = new LatencyHistogram();
            foreach (var value in list)
            {
                histogram.Record(value);
            }

            var sorted = list.Order().ToArray();
            var exact = sorted[(int)Math.Ceiling(thousandths / 1000.0 * sorted.Length) - 1];
            Assert.InRange(histogram.Percentile(thousandths / 1000.0), exact, exact + exact / 32);
            Assert.Equal(sorted[^1], histogram.Max);
            Assert.Equal((ulong)sorted.Length, histogram.Count);
        }).QuickCheckThrowOnFailure();
        Assert.Equal(0ul, new LatencyHistogram().Percentile(0.5));
        var largest = new LatencyHistogram();
        largest.Record(ulong.MaxValue);
        Assert.Equal(ulong.MaxValue, largest.Percentile(1));
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("512", 512L)]
    [InlineData("4k", 4096L)]
    [InlineData("1M", 1L << 20)]
    [InlineData("2G", 2L << 30)]
    [InlineData("8589934591G", 8589934591L << 30)]
    [InlineData("", null)]
    [InlineData("K", null)]
    [InlineData("-1", null)]
    [InlineData("1.5M", null)]
    [InlineData("1T", null)]
    [InlineData("8589934592G", null)]
    public void A_size_is_a_number_with_a_binary_unit(string text, long? bytes)
    {
        Assert.Equal(bytes.HasValue, ByteSize.TryParse(text, out var parsed));
        Assert.Equal(bytes ?? 0, bytes.HasValue ? parsed : 0);
    }
}
