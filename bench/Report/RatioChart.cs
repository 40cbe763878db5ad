using System.Globalization;
using System.Text;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Report;

/// <summary>Bars of ratios on a logarithmic axis, so that twice as fast and half as fast look alike.</summary>
internal static class RatioChart
{
    private const int Left = 330, Width = 560, LineHeight = 26, Top = 28;

    /// <summary>Appends a figure with one bar for each row.</summary>
    public static void Append(StringBuilder page, RowResult[] results)
    {
        if (results.Length == 0)
        {
            return;
        }
        var (low, high) = Range(results);
        var height = Top + (results.Length * LineHeight) + 8;
        page.Append("<figure>\n<svg role=\"img\" viewBox=\"0 0 ").Append(Left + Width + 70).Append(' ').Append(height)
            .Append("\" xmlns=\"http://www.w3.org/2000/svg\">\n<title>Ratios, ours over the peer’s; the same figures stand in the table</title>\n");
        foreach (var tick in Ticks(low, high))
        {
            var x = X(tick, low, high);
            page.Append(Line(tick == 1 ? "one" : "grid", x, Top - 6, x, height - 8));
            page.Append("<text class=\"soft\" text-anchor=\"middle\" x=\"").Append(Number(x)).Append("\" y=\"14\">")
                .Append(tick.ToString("0.####", CultureInfo.InvariantCulture)).Append("x</text>\n");
        }
        for (var i = 0; i < results.Length; i++)
        {
            AppendBar(page, results[i], Top + (i * LineHeight), low, high);
        }
        page.Append("</svg>\n<figcaption>Ours over the peer’s, median; thin line: lowest to highest; dashed: equal; ")
            .Append("heavy upright: target.</figcaption>\n</figure>\n");
    }

    private static void AppendBar(StringBuilder page, RowResult result, int y, double low, double high)
    {
        var ratio = result.Ratio!.Value;
        double one = X(1, low, high), end = X(ratio.Median, low, high), middle = y + (LineHeight / 2.0) - 2;
        page.Append("<text text-anchor=\"end\" x=\"").Append(Left - 8).Append("\" y=\"").Append(y + 15).Append("\">")
            .Append(HtmlReport.Text($"{result.Row.Id} : {result.Row.Peer}")).Append("</text>\n");
        page.Append("<rect class=\"bar\" x=\"").Append(Number(Math.Min(one, end))).Append("\" y=\"").Append(y + 3)
            .Append("\" width=\"").Append(Number(Math.Max(1, Math.Abs(end - one)))).Append("\" height=\"16\"/>\n");
        page.Append(Line("range", X(ratio.Low, low, high), middle, X(ratio.High, low, high), middle));
        if (result.Row.Target is { OnRatio: true } target)
        {
            var x = X(target.Bound, low, high);
            page.Append(Line("target", x, y, x, y + LineHeight - 4));
        }
        var label = Math.Max(X(ratio.High, low, high), one) + 6;
        page.Append("<text x=\"").Append(Number(label)).Append("\" y=\"").Append(y + 15).Append("\">")
            .Append(FigureText.Ratio(ratio.Median)).Append("</text>\n");
    }

    private static (double Low, double High) Range(RowResult[] results)
    {
        var values = results
            .SelectMany(r => new[] { r.Ratio!.Value.Low, r.Ratio.Value.High, r.Row.Target is { OnRatio: true } t ? t.Bound : 1 })
            .Append(0.9).Append(1.1)
            .Where(v => v > 0 && double.IsFinite(v))
            .ToArray();
        return (values.Min() / 1.05, values.Max() * 1.05);
    }

    private static IEnumerable<double> Ticks(double low, double high)
    {
        double[] steps = high / low > 100 ? [1] : high / low > 3 ? [1, 2, 5] : [1, 1.25, 1.5, 2, 2.5, 4, 5, 6, 8, 9];
        for (var decade = Math.Floor(Math.Log10(low)); decade <= Math.Ceiling(Math.Log10(high)); decade++)
        {
            foreach (var step in steps)
            {
                var tick = Math.Round(step * Math.Pow(10, decade), 10);
                if (tick >= low && tick <= high)
                {
                    yield return tick;
                }
            }
        }
    }

    private static double X(double value, double low, double high) =>
        Left + (Width * Math.Log(Math.Clamp(value, low, high) / low) / Math.Log(high / low));

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Line(string kind, double x1, double y1, double x2, double y2) =>
        $"<line class=\"{kind}\" x1=\"{Number(x1)}\" y1=\"{Number(y1)}\" x2=\"{Number(x2)}\" y2=\"{Number(y2)}\"/>\n";
}
