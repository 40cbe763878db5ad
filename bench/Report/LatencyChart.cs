using System.Globalization;
using System.Text;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Report;

/// <summary>Cumulative distributions of latencies, time on a logarithmic axis.</summary>
internal static class LatencyChart
{
    private const int Left = 60, Width = 640, Top = 16, Height = 240;

    /// <summary>Appends a figure with both sides of the row.</summary>
    public static void Append(StringBuilder page, RowResult result)
    {
        var ours = result.OurLatencies!.Cumulative().ToArray();
        var theirs = result.TheirLatencies?.Cumulative().ToArray() ?? [];
        var times = ours.Concat(theirs).Select(p => Math.Max(1, p.Nanoseconds)).ToArray();
        double low = times.Min(), high = Math.Max(times.Max(), low * 2);
        page.Append("<figure>\n<svg role=\"img\" viewBox=\"0 0 ").Append(Left + Width + 40).Append(' ').Append(Top + Height + 40)
            .Append("\" xmlns=\"http://www.w3.org/2000/svg\">\n<title>Latencies of ").Append(HtmlReport.Text(result.Row.Id)).Append("</title>\n");
        AppendAxes(page, low, high);
        AppendCurve(page, "theirs", theirs, low, high);
        AppendCurve(page, "ours", ours, low, high);
        page.Append("<text class=\"ours-key\" x=\"").Append(Left + 10).Append("\" y=\"").Append(Top + 16).Append("\">ours (full line)</text>\n");
        page.Append("<text class=\"theirs-key\" x=\"").Append(Left + 10).Append("\" y=\"").Append(Top + 34).Append("\">")
            .Append(HtmlReport.Text(result.Row.Peer)).Append(" (dashed)</text>\n");
        page.Append("</svg>\n<figcaption><code>").Append(HtmlReport.Text(result.Row.Id)).Append("</code> against ")
            .Append(HtmlReport.Text(result.Row.Peer)).Append(": share of requests that took less. ").Append(Summary(result)).Append("</figcaption>\n</figure>\n");
    }

    private static string Summary(RowResult result)
    {
        static string Of(LatencyHistogram h) =>
            $"p50 {FigureText.Of(h.Percentile(0.5), Quantity.P99)}, p99 {FigureText.Of(h.Percentile(0.99), Quantity.P99)}, p99.9 {FigureText.Of(h.Percentile(0.999), Quantity.P99)}";
        var text = "Ours: " + Of(result.OurLatencies!);
        return HtmlReport.Text(result.TheirLatencies is { } theirs ? $"{text}; {result.Row.Peer}: {Of(theirs)}." : text + ".");
    }

    private static void AppendAxes(StringBuilder page, double low, double high)
    {
        foreach (var share in new[] { 0, 0.25, 0.5, 0.75, 1 })
        {
            var y = Y(share);
            page.Append($"<line class=\"grid\" x1=\"{Left}\" y1=\"{Number(y)}\" x2=\"{Left + Width}\" y2=\"{Number(y)}\"/>\n");
            page.Append($"<text class=\"soft\" text-anchor=\"end\" x=\"{Left - 6}\" y=\"{Number(y + 4)}\">{share * 100:0} %</text>\n");
        }
        for (var decade = Math.Floor(Math.Log10(low)); decade <= Math.Log10(high); decade++)
        {
            foreach (var step in new[] { 1, 2, 5 })
            {
                var at = step * Math.Pow(10, decade);
                if (at >= low && at <= high)
                {
                    var x = X(at, low, high);
                    page.Append($"<line class=\"grid\" x1=\"{Number(x)}\" y1=\"{Top}\" x2=\"{Number(x)}\" y2=\"{Top + Height}\"/>\n");
                    page.Append($"<text class=\"soft\" text-anchor=\"middle\" x=\"{Number(x)}\" y=\"{Top + Height + 18}\">{HtmlReport.Text(Label(at))}</text>\n");
                }
            }
        }
    }

    private static void AppendCurve(StringBuilder page, string kind, (double Nanoseconds, double Share)[] points, double low, double high)
    {
        if (points.Length == 0)
        {
            return;
        }
        page.Append("<polyline class=\"").Append(kind).Append("\" points=\"");
        foreach (var (nanoseconds, share) in points)
        {
            page.Append(Number(X(nanoseconds, low, high))).Append(',').Append(Number(Y(share))).Append(' ');
        }
        page.Append("\"/>\n");
    }

    private static string Label(double nanoseconds) => nanoseconds switch
    {
        >= 1e9 => (nanoseconds / 1e9).ToString("0.#", CultureInfo.InvariantCulture) + " s",
        >= 1e6 => (nanoseconds / 1e6).ToString("0.#", CultureInfo.InvariantCulture) + " ms",
        >= 1e3 => (nanoseconds / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " µs",
        _ => nanoseconds.ToString("0.#", CultureInfo.InvariantCulture) + " ns",
    };

    private static double X(double nanoseconds, double low, double high) =>
        Left + (Width * Math.Log(Math.Clamp(nanoseconds, low, high) / low) / Math.Log(high / low));

    private static double Y(double share) => Top + (Height * (1 - share));

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
