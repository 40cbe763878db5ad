using System.Net;
using System.Reflection;
using System.Text;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Report;

/// <summary>The report as one self-contained page: no scripts, no other files, light and dark.</summary>
public static class HtmlReport
{
    /// <summary>Writes the page.</summary>
    public static void Write(BenchReport report, TextWriter to)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>AIO v2: measurements</title>\n<style>\n")
            .Append(Style())
            .Append("</style>\n</head>\n<body>\n");
        AppendHead(page, report);
        foreach (var group in report.Rows.GroupBy(r => Group(r.Row.Id)))
        {
            AppendGroup(page, group.Key, [.. group]);
        }
        AppendNotMeasured(page, report.Rows);
        page.Append("</body>\n</html>\n");
        to.Write(page);
    }

    /// <summary>Text as HTML has it.</summary>
    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Group(string id) => id.Split('/')[0];

    private static string Style()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("AioV2.Bench.report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void AppendHead(StringBuilder page, BenchReport report)
    {
        var machine = report.Machine;
        page.Append("<header>\n<h1>AIO v2: measurements</h1>\n");
        page.Append("<p>Each row compares this implementation with a peer, measured in turn on one machine. ")
            .Append("The ratio is ours over the peer's: for rates more is better, for times and bytes less.</p>\n<dl>\n");
        (string, string)[] facts =
        [
            ("Machine", $"{machine.Processor}, {machine.Cores} processors, {FigureText.Of(machine.MemoryBytes, Quantity.Bytes)}"),
            ("System", $"{machine.System}, {machine.Runtime}, {machine.Architecture}"),
            ("Kernel", report.Kernel is { } k ? $"embedded, engine {k.Engine}, user memory {k.UserMemory}" : "not built yet"),
            ("Measured", machine.When.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture)),
        ];
        foreach (var (name, value) in facts)
        {
            page.Append("<dt>").Append(name).Append("</dt><dd>").Append(Text(value)).Append("</dd>\n");
        }
        page.Append("</dl>\n");
        foreach (var caveat in report.Caveats())
        {
            page.Append("<p class=\"caveat\">").Append(Text(caveat)).Append("</p>\n");
        }
        page.Append("</header>\n");
    }

    private static void AppendGroup(StringBuilder page, string name, RowResult[] results)
    {
        var measured = results.Where(r => r.Status == RowStatus.Measured).ToArray();
        if (measured.Length == 0)
        {
            return;
        }
        page.Append("<section>\n<h2>").Append(Text(name)).Append("</h2>\n");
        RatioChart.Append(page, [.. measured.Where(r => r.Ratio is not null)]);
        AppendTable(page, name, measured);
        foreach (var result in measured.Where(r => r.OurLatencies is not null))
        {
            LatencyChart.Append(page, result);
        }
        page.Append("</section>\n");
    }

    private static void AppendTable(StringBuilder page, string name, RowResult[] measured)
    {
        string[] heads = ["Row", "Peer", "Ours", "Peer’s", "Ratio", "Low – high", "Target", "Verdict"];
        page.Append("<div class=\"scroll\"><table>\n<caption>").Append(Text(name)).Append(": medians</caption>\n<thead><tr>");
        foreach (var head in heads)
        {
            page.Append("<th scope=\"col\">").Append(head).Append("</th>");
        }
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var result in measured)
        {
            AppendRow(page, result);
        }
        page.Append("</tbody>\n</table></div>\n");
    }

    private static void AppendRow(StringBuilder page, RowResult result)
    {
        var cells = TextReport.Cells(result);
        page.Append("<tr><th scope=\"row\"><code>").Append(Text(cells[0])).Append("</code><br><small>")
            .Append(Text(result.Row.Title)).Append("</small></th>");
        for (var i = 1; i < cells.Length - 1; i++)
        {
            page.Append(i == 1 ? "<td>" : "<td class=\"figure\">").Append(Text(cells[i])).Append("</td>");
        }
        var verdict = result.Met switch { true => "met", false => "missed", null => "none" };
        page.Append("<td class=\"").Append(verdict).Append("\">").Append(Text(cells[^1])).Append("</td></tr>\n");
    }

    private static void AppendNotMeasured(StringBuilder page, IReadOnlyList<RowResult> rows)
    {
        var others = rows.Where(r => r.Status != RowStatus.Measured).ToArray();
        if (others.Length == 0)
        {
            return;
        }
        page.Append("<section>\n<h2>Not measured</h2>\n<div class=\"scroll\"><table>\n<caption>Rows without figures, and why</caption>\n")
            .Append("<thead><tr><th scope=\"col\">Row</th><th scope=\"col\">Peer</th><th scope=\"col\">Target</th>")
            .Append("<th scope=\"col\">State</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>\n");
        foreach (var result in others)
        {
            page.Append("<tr><th scope=\"row\"><code>").Append(Text(result.Row.Id)).Append("</code><br><small>")
                .Append(Text(result.Row.Title)).Append("</small></th><td>").Append(Text(result.Row.Peer)).Append("</td><td>")
                .Append(Text(result.Row.Target?.Text(result.Row.Quantity) ?? "")).Append("</td><td>")
                .Append(Text(StatusText.Verdict(result))).Append("</td><td>").Append(Text(result.Note ?? "")).Append("</td></tr>\n");
        }
        page.Append("</tbody>\n</table></div>\n</section>\n");
    }
}
