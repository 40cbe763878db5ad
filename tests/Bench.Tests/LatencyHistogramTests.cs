using AioV2.Bench.Harness;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Bench.Tests;

public class LatencyHistogramTests
{
    [Fact]
    public void A_duration_lies_in_its_bucket_which_is_at_most_a_sixteenth_wide() => Prop.ForAll<NonNegativeInt, byte>((value, shift) =>
    {
        var nanoseconds = (ulong)value.Get << (shift % 32);
        var bucket = LatencyHistogram.BucketOf(nanoseconds);
        double start = LatencyHistogram.StartOf(bucket), end = LatencyHistogram.StartOf(bucket + 1);
        return start <= nanoseconds && nanoseconds < end && (nanoseconds < 16 || end - start <= start / 16);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_64_bit_duration_has_a_bucket() =>
        Assert.InRange(LatencyHistogram.BucketOf(ulong.MaxValue), 0, LatencyHistogram.Buckets - 1);

    [Fact]
    public void A_percentile_covers_its_share_of_the_durations() => Prop.ForAll<NonEmptyArray<NonNegativeInt>>(values =>
    {
        var histogram = new LatencyHistogram();
        foreach (var value in values.Get)
        {
            histogram.Add(value.Get);
        }
        return new[] { 0.5, 0.99, 1.0 }.All(share =>
            values.Get.Count(v => v.Get < histogram.Percentile(share)) >= share * values.Get.Length);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_cumulative_curve_rises_to_one() => Prop.ForAll<NonEmptyArray<NonNegativeInt>>(values =>
    {
        var histogram = new LatencyHistogram();
        foreach (var value in values.Get)
        {
            histogram.Add(value.Get);
        }
        var points = histogram.Cumulative().ToArray();
        return points[^1].Share == 1
            && points.Zip(points.Skip(1)).All(p => p.First.Nanoseconds <= p.Second.Nanoseconds && p.First.Share <= p.Second.Share);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Sums_count_both()
    {
        LatencyHistogram a = new(), b = new();
        a.Add(100);
        b.Add(100);
        b.Add(5000);
        a.Add(b);

        Assert.Equal(3, a.Total);
        Assert.Equal(LatencyHistogram.StartOf(LatencyHistogram.BucketOf(5000) + 1), a.Percentile(1));
    }
}
