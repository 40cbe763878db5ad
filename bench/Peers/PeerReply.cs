using System.Globalization;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Peers;

/// <summary>The one-line answers of a peer: <c>ok NS OPS [bucket:count]…</c> or <c>no REASON</c>.</summary>
public static class PeerReply
{
    /// <summary>What the line says.</summary>
    /// <exception cref="BenchException">The peer refused, or the line is none of these.</exception>
    public static Reading Parse(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["no", ..])
        {
            throw new BenchException(line[3..]);
        }
        if (words is not ["ok", var ns, var ops, .. var buckets]
            || !long.TryParse(ns, CultureInfo.InvariantCulture, out var nanoseconds)
            || !long.TryParse(ops, CultureInfo.InvariantCulture, out var operations)
            || operations < 1)
        {
            throw new BenchException($"the peer answered \"{line}\"");
        }
        return new Reading(operations, nanoseconds, buckets.Length == 0 ? null : Histogram(buckets, line));
    }

    private static LatencyHistogram Histogram(string[] buckets, string line)
    {
        var histogram = new LatencyHistogram();
        foreach (var word in buckets)
        {
            if (word.Split(':') is not [var at, var many]
                || !int.TryParse(at, CultureInfo.InvariantCulture, out var bucket)
                || !long.TryParse(many, CultureInfo.InvariantCulture, out var count)
                || bucket is < 0 or >= LatencyHistogram.Buckets
                || count < 0)
            {
                throw new BenchException($"the peer answered \"{line}\"");
            }
            histogram.AddBucket(bucket, count);
        }
        return histogram;
    }
}
