using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AioV2.Bench.Harness;
using AioV2.Bench.Report;

namespace AioV2.Bench.Tests;

public class ReportTests
{
    private static readonly RowResult Pending = new(
        Samples.Row("group/later", _ => throw new BenchException("not run"), null, Target.FigureAtMost(5)), RowStatus.Pending, "not <built>");

    [Fact]
    public void Json_has_one_object_for_each_row_with_the_promised_keys()
    {
        var root = Json(Report(Samples.Measured(target: Target.RatioAtLeast(3)), Pending));
        var rows = root.GetProperty("rows");

        Assert.Equal(2, rows.GetArrayLength());
        var row = rows[0];
        Assert.Equal("group/row", row.GetProperty("row").GetString());
        Assert.Equal("a peer & co", row.GetProperty("peer").GetString());
        Assert.Equal(2, row.GetProperty("ratio").GetDouble());
        Assert.Equal(1, row.GetProperty("low").GetDouble());
        Assert.Equal(3, row.GetProperty("high").GetDouble());
        Assert.Equal("≥ 3x", row.GetProperty("target").GetString());
        Assert.False(row.GetProperty("met").GetBoolean());
        Assert.Equal("measured", row.GetProperty("status").GetString());
        Assert.Equal(2e6, row.GetProperty("ours").GetProperty("median").GetDouble());
    }

    [Fact]
    public void Json_keeps_a_row_without_figures_with_nulls_and_the_reason()
    {
        var row = Json(Report(Pending)).GetProperty("rows")[0];

        Assert.Equal("pending", row.GetProperty("status").GetString());
        Assert.Equal("not <built>", row.GetProperty("note").GetString());
        Assert.All(["ratio", "low", "high", "met", "ours", "theirs"], key => Assert.Equal(JsonValueKind.Null, row.GetProperty(key).ValueKind));
    }

    [Fact]
    public void Json_names_machine_engine_and_user_memory()
    {
        var root = Json(Report());

        Assert.Equal("a processor <i>", root.GetProperty("machine").GetProperty("processor").GetString());
        Assert.Equal("threads", root.GetProperty("kernel").GetProperty("engine").GetString());
        Assert.Equal("fixup", root.GetProperty("kernel").GetProperty("user_memory").GetString());
    }

    [Fact]
    public void The_machine_is_named_with_the_release_of_its_kernel() =>
        Assert.EndsWith($", Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}", Machine.Here().System, StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(1e-9)]
    [InlineData(1e15)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Any_figure_makes_valid_reports(double ratio)
    {
        var report = Report(Samples.Measured(ratio: new Spread(ratio, ratio, ratio)));

        Assert.Equal(1, Json(report).GetProperty("rows").GetArrayLength());
        Assert.NotEmpty(Html(report));
    }

    [Fact]
    public void Text_has_a_line_for_each_row_with_its_verdict()
    {
        using var text = new StringWriter();
        TextReport.Write(Report(Samples.Measured(target: Target.RatioAtLeast(2)), Pending), text);
        var lines = text.ToString().Split('\n');

        Assert.Contains(lines, l => l.StartsWith("group/row ", StringComparison.Ordinal) && l.EndsWith(" met", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("group/later ", StringComparison.Ordinal) && l.EndsWith("pending: not <built>", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_was_stopped_says_so()
    {
        using var text = new StringWriter();
        TextReport.Write(Report(Samples.Measured()) with { Complete = false }, text);

        Assert.Contains("was stopped", text.ToString());
        Assert.False(Json(Report() with { Complete = false }).GetProperty("complete").GetBoolean());
    }

    [Fact]
    public void The_page_is_self_contained_and_readable_without_scripts()
    {
        var page = Html(Report(Samples.Measured(latencies: Histogram()), Pending));
        var without = page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);

        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("http", without);
        Assert.DoesNotContain("<link", page);
        Assert.DoesNotContain("<img", page);
        Assert.Contains("prefers-color-scheme: dark", page);
        Assert.Contains("<html lang=\"en\">", page);
    }

    [Fact]
    public void The_page_has_tables_with_heads_and_a_row_for_everything()
    {
        var page = Html(Report(Samples.Measured(), Pending));

        Assert.Equal(2, Regex.Count(page, "<table>"));
        Assert.Equal(2, Regex.Count(page, "<caption>"));
        Assert.Equal(2, Regex.Count(page, "<th scope=\"row\">"));
        Assert.Contains("not &lt;built&gt;", page);
    }

    [Fact]
    public void Nothing_measured_is_taken_for_markup()
    {
        var page = Html(Report(Samples.Measured("a<b>&\"/row", latencies: Histogram())));

        Assert.DoesNotContain("<b>", page);
        Assert.DoesNotContain("<is>", page);
        Assert.DoesNotContain("processor <i>", page);
    }

    [Fact]
    public void Charts_are_well_formed_and_named()
    {
        var page = Html(Report(Samples.Measured("a<b>&\"/row", target: Target.RatioAtLeast(3), latencies: Histogram())));
        var charts = Regex.Matches(page, "<svg.*?</svg>", RegexOptions.Singleline).Select(m => XElement.Parse(m.Value)).ToArray();

        Assert.Equal(2, charts.Length);
        Assert.All(charts, chart =>
        {
            Assert.Equal("img", chart.Attribute("role")?.Value);
            Assert.NotEmpty(chart.Elements().First(e => e.Name.LocalName == "title").Value);
        });
        Assert.Single(charts[0].Descendants(), e => e.Attribute("class")?.Value == "target");
        Assert.Equal(2, charts[1].Descendants().Count(e => e.Name.LocalName == "polyline"));
    }

    private static LatencyHistogram Histogram()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i < 1000; i++)
        {
            histogram.Add(i * 37);
        }
        return histogram;
    }

    private static BenchReport Report(params RowResult[] rows) =>
        new(Samples.Machine, new KernelFacts("threads", "fixup", 0, 0), Quick: false, Complete: true, rows);

    private static JsonElement Json(BenchReport report)
    {
        using var stream = new MemoryStream();
        JsonReport.Write(report, stream);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }

    private static string Html(BenchReport report)
    {
        using var text = new StringWriter();
        HtmlReport.Write(report, text);
        return text.ToString();
    }
}
