using System.Numerics;

namespace AioV2.Cli.Copy;

/// <summary>Latencies in buckets that are exact below 64 ns and within 1/32 above; constant memory, no allocation to record.</summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private const int Sub = 1 << SubBits;

    private readonly ulong[] _counts = new ulong[(64 - SubBits + 1) * Sub];

    /// <summary>Values recorded.</summary>
    public ulong Count { get; private set; }

    /// <summary>The largest, ns.</summary>
    public ulong Max { get; private set; }

    /// <summary>Adds one value, ns.</summary>
    public void Record(ulong nanoseconds)
    {
        _counts[IndexOf(nanoseconds)]++;
        Count++;
        Max = Math.Max(Max, nanoseconds);
    }

    /// <summary>The smallest value that this share of all values does not exceed, ns; 0 without values.</summary>
    /// <param name="share">Above 0, at most 1; 0.99 is the 99th percentile.</param>
    public ulong Percentile(double share)
    {
        var wanted = Math.Max(1, (ulong)Math.Ceiling(share * Count));
        ulong seen = 0;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen >= wanted && Count > 0)
            {
                return Math.Min(Max, UpperEdge(index));
            }
        }

        return 0;
    }

    // Values below 2 * Sub have a bucket each; every further power of two is cut into Sub buckets.
    private static int IndexOf(ulong value)
    {
        var shift = Math.Max(0, BitOperations.Log2(value | 1) - SubBits);
        return shift * Sub + (int)(value >> shift);
    }

    private static ulong UpperEdge(int index)
    {
        var shift = Math.Max(0, index / Sub - 1);
        return ((ulong)(index - shift * Sub) + 1 << shift) - 1;
    }
}
