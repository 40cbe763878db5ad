using AioV2.Cli.Copy;

namespace AioV2.Cli.Stat;

/// <summary>What one round found out about one file.</summary>
internal sealed class FileSample(string name, long size)
{
    internal string Name => name;

    /// <summary>Bytes of the file when the round began.</summary>
    internal long Size => size;

    /// <summary>Reads that ended well, and the bytes that they gave.</summary>
    internal long Reads { get; set; }

    /// <inheritdoc cref="Reads"/>
    internal long Bytes { get; set; }

    /// <summary>Reads that failed, and the errno of the last.</summary>
    internal long Failures { get; set; }

    /// <inheritdoc cref="Failures"/>
    internal int LastError { get; set; }

    /// <summary>Reads by what the page cache held of them.</summary>
    internal long Hits { get; set; }

    /// <inheritdoc cref="Hits"/>
    internal long Partials { get; set; }

    /// <inheritdoc cref="Hits"/>
    internal long Misses { get; set; }

    /// <summary>Bytes that came from the page cache.</summary>
    internal long CachedBytes { get; set; }

    /// <summary>Why CACHE told nothing, an errno; 0 where it did.</summary>
    internal int CacheError { get; set; }

    /// <summary>Short transfers continued, and attempts repeated.</summary>
    internal long Continued { get; set; }

    /// <inheritdoc cref="Continued"/>
    internal long Retried { get; set; }

    /// <summary>From submit to completion: of all, of those wholly cached, and of the others.</summary>
    internal LatencyHistogram Latency { get; } = new();

    /// <inheritdoc cref="Latency"/>
    internal LatencyHistogram HitLatency { get; } = new();

    /// <inheritdoc cref="Latency"/>
    internal LatencyHistogram MissLatency { get; } = new();

    /// <summary>Share of the sampled bytes that was cached, 0 to 1; null where nobody told.</summary>
    internal double? Residency => Hits + Partials + Misses == 0 || Bytes == 0 ? null : (double)CachedBytes / Bytes;
}
