using System.Text;
using System.Text.Json;
using AioV2.Abi;
using AioV2.Cli.Copy;

namespace AioV2.Cli.Stat;

/// <summary>A round as one line of JSON; times are nanoseconds.</summary>
internal static class StatJson
{
    /// <summary>The line, without its end.</summary>
    internal static string Of(int number, IReadOnlyList<FileSample> round)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("round", number);
            json.WriteStartArray("files");
            foreach (var file in round)
            {
                Write(json, file);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, FileSample file)
    {
        json.WriteStartObject();
        json.WriteString("file", file.Name);
        json.WriteNumber("size", file.Size);
        json.WriteNumber("reads", file.Reads);
        json.WriteNumber("bytes", file.Bytes);
        json.WriteNumber("failures", file.Failures);
        Error(json, "last_error", file.LastError);
        if (file.Residency is { } share)
        {
            json.WriteNumber("cached_share", share);
        }
        else
        {
            json.WriteNull("cached_share");
        }

        json.WriteNumber("cached_bytes", file.CachedBytes);
        json.WriteNumber("hits", file.Hits);
        json.WriteNumber("partials", file.Partials);
        json.WriteNumber("misses", file.Misses);
        Error(json, "cache_error", file.CacheError);
        json.WriteNumber("continued", file.Continued);
        json.WriteNumber("retried", file.Retried);
        Latency(json, "latency_ns", file.Latency);
        Latency(json, "hit_latency_ns", file.HitLatency);
        Latency(json, "miss_latency_ns", file.MissLatency);
        json.WriteEndObject();
    }

    private static void Error(Utf8JsonWriter json, string name, int errno)
    {
        if (errno == 0)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, Errno.NameOf(errno));
        }
    }

    private static void Latency(Utf8JsonWriter json, string name, LatencyHistogram latency)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", latency.Count);
        json.WriteNumber("p50", latency.Percentile(0.5));
        json.WriteNumber("p90", latency.Percentile(0.9));
        json.WriteNumber("p99", latency.Percentile(0.99));
        json.WriteNumber("max", latency.Max);
        json.WriteEndObject();
    }
}
