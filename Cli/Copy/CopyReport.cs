using System.Globalization;
using System.Text.Json;
using AioV2.UserLib;

namespace AioV2.Cli.Copy;

/// <summary>How a copy went, for people and for programs.</summary>
internal sealed class CopyReport(CopyOptions options, CopyTotals totals, AioRingState? ring, TimeSpan elapsed)
{
    private static readonly (string Name, double Share)[] Percentiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

    /// <summary>Requests accepted whose final event never came: none, or RING-6 is broken.</summary>
    internal long Lost => totals.Submitted - totals.Events;

    /// <summary>Several lines; the last begins with the count of events and ends with <c>0 lost</c>.</summary>
    internal void Write(TextWriter output)
    {
        Line(output, "copied", $"{Bytes(totals.BytesWritten)} in {totals.Files} files, {totals.Directories} directories, {totals.Links} links");
        if (totals.HoleBytes > 0)
        {
            Line(output, "holes kept", Bytes(totals.HoleBytes));
        }

        Line(output, "time", string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:0.000} s, {Rate:0.0} MiB/s"));
        if (options.Attributes.Times)
        {
            Latency(output, "read latency", totals.ReadLatency);
            Latency(output, "write latency", totals.WriteLatency);
            Latency(output, "sync latency", totals.SyncLatency);
        }

        if (options.Attributes.Verifies)
        {
            Line(output, "verified", $"{totals.BlocksVerified} blocks written with the checksum that they were read with");
        }

        if (options.Attributes.TellsCache)
        {
            Line(output, "cache hits", $"{totals.CacheHits} of {totals.CacheAnswers} reads");
        }

        Line(output, "overflow", $"{ring?.OverflowEpisodes ?? 0} episodes, {ring?.OverflowEvents ?? 0} events");
        Line(output, "events", $"{totals.Events} of {totals.Submitted} requests, {Lost} lost");
    }

    /// <summary>One JSON object; times are nanoseconds.</summary>
    internal void WriteJson(TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("bytes", totals.BytesWritten);
            json.WriteNumber("hole_bytes", totals.HoleBytes);
            json.WriteNumber("files", totals.Files);
            json.WriteNumber("directories", totals.Directories);
            json.WriteNumber("links", totals.Links);
            json.WriteNumber("elapsed_ns", (long)(elapsed.TotalSeconds * 1e9));
            json.WriteNumber("requests", totals.Submitted);
            json.WriteNumber("events", totals.Events);
            json.WriteNumber("lost", Lost);
            json.WriteNumber("blocks_verified", totals.BlocksVerified);
            json.WriteNumber("cache_hits", totals.CacheHits);
            json.WriteNumber("cache_answers", totals.CacheAnswers);
            json.WriteNumber("overflow_episodes", ring?.OverflowEpisodes ?? 0);
            json.WriteNumber("overflow_events", ring?.OverflowEvents ?? 0);
            LatencyJson(json, "read_latency_ns", totals.ReadLatency);
            LatencyJson(json, "write_latency_ns", totals.WriteLatency);
            LatencyJson(json, "sync_latency_ns", totals.SyncLatency);
            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>A size for people: exact bytes, and a rounded size in a binary unit.</summary>
    internal static string Bytes(long bytes)
    {
        string[] units = ["KiB", "MiB", "GiB", "TiB", "PiB"];
        var size = bytes / 1024.0;
        var unit = 0;
        for (; size >= 1024 && unit < units.Length - 1; unit++)
        {
            size /= 1024;
        }

        return bytes < 1024 ? $"{bytes} bytes" : string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes ({size:0.0} {units[unit]})");
    }

    private double Rate => elapsed > TimeSpan.Zero ? totals.BytesWritten / elapsed.TotalSeconds / (1 << 20) : 0;

    private static void Latency(TextWriter output, string name, LatencyHistogram histogram)
    {
        if (histogram.Count > 0)
        {
            var values = Percentiles.Select(p => $"{p.Name} {Microseconds(histogram.Percentile(p.Share))}");
            Line(output, name, $"{string.Join(", ", values)}, max {Microseconds(histogram.Max)}");
        }
    }

    private static void LatencyJson(Utf8JsonWriter json, string name, LatencyHistogram histogram)
    {
        if (histogram.Count > 0)
        {
            json.WriteStartObject(name);
            json.WriteNumber("count", histogram.Count);
            foreach (var (percentile, share) in Percentiles)
            {
                json.WriteNumber(percentile, histogram.Percentile(share));
            }

            json.WriteNumber("max", histogram.Max);
            json.WriteEndObject();
        }
    }

    private static string Microseconds(ulong nanoseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1000.0:0.0} µs");

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"{name,-14} {text}");
}
