using System.Globalization;
using AioV2.Cli.Copy;
using Spectre.Console;

namespace AioV2.Cli.Stat;

/// <summary>A round as a table: one row for each file.</summary>
internal static class StatTable
{
    /// <summary>The columns, from the left.</summary>
    internal static readonly string[] Columns =
        ["file", "size", "cached", "h/p/m", "p50", "p90", "p99", "max", "hit", "miss", "retry", "fail"];

    /// <summary>Makes the table.</summary>
    internal static Table Of(IReadOnlyList<FileSample> round)
    {
        var table = new Table().Border(TableBorder.None).Caption("h/p/m: reads that hit, partly hit, missed the cache; hit, miss: their p50");
        foreach (var column in Columns)
        {
            var isName = column == "file";
            _ = table.AddColumn(new TableColumn(column) { NoWrap = !isName, Alignment = isName ? Justify.Left : Justify.Right }.Padding(0, 0, 1, 0));
        }

        foreach (var file in round)
        {
            _ = table.AddRow([.. Cells(file).Select(Markup.Escape)]);
        }

        return table;
    }

    private static string[] Cells(FileSample file) =>
    [
        file.Name,
        Size(file.Size),
        Cached(file),
        file.Residency is null ? "-" : $"{file.Hits}/{file.Partials}/{file.Misses}",
        Time(file.Latency, 0.5),
        Time(file.Latency, 0.9),
        Time(file.Latency, 0.99),
        Time(file.Latency, 1),
        Time(file.HitLatency, 0.5),
        Time(file.MissLatency, 0.5),
        Number(file.Continued + file.Retried),
        file.Failures == 0 ? "0" : $"{Number(file.Failures)} {Abi.Errno.NameOf(file.LastError)}",
    ];

    private static string Cached(FileSample file) =>
        file.Residency is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0}%")
        : file.CacheError != 0 ? Abi.Errno.NameOf(file.CacheError) ?? Number(file.CacheError)
        : "-";

    private static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        double size = bytes;
        for (; size >= 1024 && unit < units.Length - 1; unit++)
        {
            size /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#}{units[unit]}");
    }

    // Three digits at most: the table fits a terminal of 80 columns.
    private static string Time(LatencyHistogram latency, double share)
    {
        if (latency.Count == 0)
        {
            return "-";
        }

        string[] units = ["ns", "µs", "ms", "s"];
        var unit = 0;
        double time = latency.Percentile(share);
        for (; time >= 999.5 && unit < units.Length - 1; unit++)
        {
            time /= 1000;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(time < 9.95 ? Math.Round(time, 1) : Math.Round(time))}{units[unit]}");
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
