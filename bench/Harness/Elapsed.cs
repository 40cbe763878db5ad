using System.Diagnostics;

namespace AioV2.Bench.Harness;

/// <summary>Time from a <see cref="Stopwatch"/> reading on.</summary>
public static class Elapsed
{
    /// <summary>Nanoseconds since then, at least 1.</summary>
    public static long Since(long timestamp) => Math.Max(1, (long)Stopwatch.GetElapsedTime(timestamp).TotalNanoseconds);
}
