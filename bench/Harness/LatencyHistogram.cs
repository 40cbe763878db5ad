using System.Numerics;

namespace AioV2.Bench.Harness;

/// <summary>Counts of durations in buckets, sixteen to an octave: at most 6.25 % too coarse.</summary>
/// <remarks>The C peers count in the same buckets (<c>peers/peer.h</c>), so both sides err alike.</remarks>
public sealed class LatencyHistogram
{
    /// <summary>Buckets, enough for every 64-bit duration.</summary>
    public const int Buckets = 64 * 16;

    private readonly long[] _counts = new long[Buckets];

    /// <summary>Durations counted.</summary>
    public long Total { get; private set; }

    /// <summary>The bucket of a duration.</summary>
    public static int BucketOf(ulong nanoseconds)
    {
        if (nanoseconds < 16)
        {
            return (int)nanoseconds;
        }
        var octave = 63 - BitOperations.LeadingZeroCount(nanoseconds);
        return ((octave - 3) * 16) + (int)((nanoseconds >> (octave - 4)) & 15);
    }

    /// <summary>The shortest duration of a bucket, ns.</summary>
    public static double StartOf(int bucket) =>
        bucket < 16 ? bucket : Math.ScaleB(16 + (bucket % 16), (bucket / 16) - 1);

    /// <summary>Counts one duration, ns.</summary>
    public void Add(long nanoseconds) => AddBucket(BucketOf((ulong)Math.Max(0, nanoseconds)), 1);

    /// <summary>Counts several durations of one bucket.</summary>
    public void AddBucket(int bucket, long count)
    {
        _counts[bucket] += count;
        Total += count;
    }

    /// <summary>Adds what another one counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < Buckets; i++)
        {
            _counts[i] += other._counts[i];
        }
        Total += other.Total;
    }

    /// <summary>The end of the bucket in which the given share of all durations is reached, ns.</summary>
    public double Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(share * Total);
        var bucket = 0;
        for (var seen = _counts[0]; seen < wanted && bucket < Buckets - 1; seen += _counts[bucket])
        {
            bucket++;
        }
        return StartOf(bucket + 1);
    }

    /// <summary>Points of the cumulative distribution: (ns, share of durations that are shorter), rising.</summary>
    public IEnumerable<(double Nanoseconds, double Share)> Cumulative()
    {
        long seen = 0;
        for (var i = 0; i < Buckets && Total > 0; i++)
        {
            if (_counts[i] == 0)
            {
                continue;
            }
            yield return (StartOf(i), (double)seen / Total);
            seen += _counts[i];
            yield return (StartOf(i + 1), (double)seen / Total);
        }
    }
}
