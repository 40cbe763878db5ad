using AioV2.Bench.Harness;

namespace AioV2.Bench.Report;

/// <summary>The report for a terminal or a log: one line for each row.</summary>
public static class TextReport
{
    private static readonly string[] Heads = ["row", "peer", "ours", "peer's", "ratio", "low - high", "target", "verdict"];

    /// <summary>Writes what was measured and why the rest was not.</summary>
    public static void Write(BenchReport report, TextWriter to)
    {
        to.WriteLine($"machine   {report.Machine.Processor}, {report.Machine.Cores} processors, {FigureText.Of(report.Machine.MemoryBytes, Quantity.Bytes)}");
        to.WriteLine($"system    {report.Machine.System}, {report.Machine.Runtime}, {report.Machine.Architecture}");
        to.WriteLine(report.Kernel is { } kernel
            ? $"kernel    embedded, engine {kernel.Engine}, user memory {kernel.UserMemory}"
            : "kernel    not built yet");
        foreach (var caveat in report.Caveats())
        {
            to.WriteLine(caveat);
        }
        to.WriteLine();
        WriteTable([Heads, .. report.Rows.Select(Cells)], to);
        var measured = report.Rows.Count(r => r.Status == RowStatus.Measured);
        to.WriteLine();
        to.WriteLine(
            $"{measured} of {report.Rows.Count} rows measured; targets: {report.Rows.Count(r => r.Met == true)} met, {report.Rows.Count(r => r.Met == false)} not met.");
    }

    internal static string[] Cells(RowResult result)
    {
        var row = result.Row;
        return
        [
            row.Id,
            row.Peer,
            result.Ours is { } ours ? FigureText.Of(ours.Median, row.Quantity) : "",
            result.Theirs is { } theirs ? FigureText.Of(theirs.Median, row.Quantity) : "",
            result.Ratio is { } ratio ? FigureText.Ratio(ratio.Median) : "",
            result.Ratio is { } range ? $"{FigureText.Ratio(range.Low)} - {FigureText.Ratio(range.High)}" : "",
            row.Target?.Text(row.Quantity) ?? "",
            StatusText.Verdict(result) + (result.Note is null ? "" : ": " + result.Note),
        ];
    }

    private static void WriteTable(IReadOnlyList<string[]> lines, TextWriter to)
    {
        var widths = Enumerable.Range(0, Heads.Length).Select(i => lines.Max(line => line[i].Length)).ToArray();
        foreach (var line in lines)
        {
            // Names to the left, figures to the right, the verdict as long as it is.
            var cells = line.Select((cell, i) => i < 2 ? cell.PadRight(widths[i]) : i < Heads.Length - 1 ? cell.PadLeft(widths[i]) : cell);
            to.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
