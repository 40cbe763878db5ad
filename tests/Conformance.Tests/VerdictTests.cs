using System.Text.RegularExpressions;
using System.Xml.Linq;
using AioV2.Abi;
using AioV2.Conformance.Directed;
using AioV2.Conformance.Model;
using AioV2.Conformance.Report;
using AioV2.Conformance.Run;
using AioV2.Tests;

namespace AioV2.Conformance.Tests;

/// <summary>A verdict names every requirement of the spec, in every format, and shards join.</summary>
public sealed partial class VerdictTests
{
    private static Verdict Make(int shard, int shards, string? broken = null)
    {
        var tally = new Tally();
        tally.Pass($"GET-{shard}");
        var findings = new List<Finding>();
        if (broken is not null)
        {
            var violation = new Violation(broken, "it <is> broken\u0001");
            tally.Fail(violation);
            findings.Add(new Finding(violation, "random", 1, [], "io_submit2(ctx0, …) /* = -1 */"));
        }

        return new Verdict("it", "threads", new ConformanceOptions { Shard = shard, Shards = shards }, tally, findings, 10, TimeSpan.FromSeconds(2), "");
    }

    [Fact, Requirement("ABI-3")]
    public void Every_id_of_the_spec_is_in_the_verdict_in_every_format()
    {
        string yaml = File.ReadAllText(Path.Combine(Gcc.Root, "Spec", "aio2.yaml"));
        var ids = Ids().Matches(yaml[yaml.LastIndexOf("\nrequirements:", StringComparison.Ordinal)..]).Select(m => m.Groups[1].Value).ToList();
        Assert.True(ids.Count >= 61, $"{ids.Count} ids were found in the spec");
        var verdict = Make(1, 1, "RING-5");

        Assert.Equal(ids, verdict.Lines.Select(l => l.Id));
        foreach (string format in (string[])["text", "json", "junit", "html"])
        {
            string report = Reports.Of(verdict, format);
            Assert.All(ids, id => Assert.Contains(id, report));
        }

        Assert.Equal(ids.Count, XDocument.Parse(Reports.Of(verdict, "junit")).Descendants("testcase").Count());
    }

    [Fact]
    public void Directed_checks_cite_ids_of_the_spec_and_have_names_of_their_own()
    {
        var known = Aio2Catalog.Requirements.Select(r => r.Id).ToHashSet();

        Assert.All(DirectedChecks.All, c => Assert.All(c.Requirements, id => Assert.Contains(id, known)));
        Assert.All(DirectedChecks.All, c => Assert.NotEmpty(c.Requirements));
        Assert.Equal(DirectedChecks.All.Count, DirectedChecks.All.Select(c => c.Name).Distinct().Count());
    }

    [Fact]
    public void Shards_join_and_a_missing_or_doubled_one_is_an_error()
    {
        var read = JsonReport.Read(JsonReport.Of(Make(2, 3, "RING-5")));

        var joined = VerdictMerge.Join([Make(1, 3), read, Make(3, 3)]);

        Assert.False(joined.Conforms);
        Assert.Equal(30, joined.Steps);
        Assert.Equal(Outcome.Passed, joined.Lines.Single(l => l.Id == "GET-3").Outcome);
        Assert.Equal(Outcome.Failed, joined.Lines.Single(l => l.Id == "RING-5").Outcome);
        Assert.Contains("lost: shard 2 of 3; run with --shard 2/3", Assert.Throws<InvalidDataException>(() => VerdictMerge.Join([Make(1, 3), Make(3, 3)])).Message);
        Assert.Contains("twice", Assert.Throws<InvalidDataException>(() => VerdictMerge.Join([Make(1, 2), Make(1, 2), Make(2, 2)])).Message);
        Assert.Throws<InvalidDataException>(() => VerdictMerge.Join([Make(1, 2), Make(2, 3)]));
        Assert.Throws<InvalidDataException>(() => JsonReport.Read("{}"));
    }

    [Fact]
    public void A_requirement_that_was_not_exercised_says_why_in_every_format()
    {
        var verdict = Make(1, 1);

        Assert.All(verdict.Lines, l => Assert.Equal(l.Outcome == Outcome.NotExercised, l.Why.Length > 0));
        Assert.All((string[])["text", "json", "junit", "html"], f => Assert.Contains("not observable through the calls", Reports.Of(verdict, f)));
        Assert.Equal(verdict.Lines.Select(l => l.Why), JsonReport.Read(JsonReport.Of(verdict)).Lines.Select(l => l.Why));
    }

    [Fact]
    public void Engines_stand_beside_each_other_and_one_that_fails_fails_the_whole()
    {
        var whole = VerdictMerge.Engines([Make(1, 1), Make(1, 1, "RING-5")]);

        Assert.False(whole.Conforms);
        Assert.Equal(Outcome.Failed, whole.Lines.Single(l => l.Id == "RING-5").Outcome);
        Assert.Equal(2, whole.Lines.Single(l => l.Id == "GET-1").Checks);
        Assert.Equal(20, whole.Steps);
        Assert.Contains("RING-5: it <is> broken", Reports.Of(whole, "text"));
        Assert.Equal(2, XDocument.Parse(Reports.Of(whole, "junit")).Descendants("testsuite").Count());
        Assert.Equal(2, JsonReport.Read(JsonReport.Of(whole)).Parts.Count);
        var joined = VerdictMerge.Join([VerdictMerge.Engines([Make(1, 2), Make(1, 2)]), VerdictMerge.Engines([Make(2, 2, "GET-3"), Make(2, 2)])]);
        Assert.Equal([false, true], joined.Parts.Select(p => p.Conforms));
        Assert.Equal(40, joined.Steps);
    }

    [Fact]
    public void The_last_lines_tell_each_finding_in_short_with_its_calls_and_whether_it_came_again()
    {
        var rare = new Finding(new Violation("GET-3", "first line\nsecond line"), "parallel", 77, [], "T0 [1, 2] a\nT1 [1, 3] b\n") { Replays = 5, CameAgain = 2 };
        var made = Make(1, 1, "RING-5");
        var verdict = JsonReport.Read(JsonReport.Of(new Verdict("it", "io_uring", 9, 1, 1, made.Lines, [.. made.Findings, rare], 1, TimeSpan.Zero, "")));

        string[] last = Reports.Of(VerdictMerge.Engines([Make(1, 1), verdict]), "text").Split('\n', StringSplitOptions.RemoveEmptyEntries)[^5..];

        Assert.Equal(
            [
                "FAILED RING-5 on io_uring, by random, seed 9: it <is> broken\u0001",
                "    io_submit2(ctx0, …) /* = -1 */",
                "FAILED GET-3 on io_uring, by parallel, --round 77; again in 2 of 5 replays: first line second line",
                "    T0 [1, 2] a",
                "    T1 [1, 3] b",
            ],
            last);
        Assert.DoesNotContain("FAILED", Reports.Of(Make(1, 1), "text"));
    }

    [Theory]
    [InlineData(24, 0)]
    [InlineData(25, 1)]
    [InlineData(90, 66)]
    public void A_finding_in_short_has_its_first_24_calls_and_tells_how_many_more_there_are(int calls, int more)
    {
        var finding = new Finding(new Violation("GET-1", "broken"), "parallel", 77, [], string.Concat(Enumerable.Range(1, calls).Select(i => $"T0 [{i}]\n")));

        string text = Reports.Of(new Verdict("it", "io_uring", 9, 1, 1, Make(1, 1).Lines, [finding], 1, TimeSpan.Zero, ""), "text");
        string[] told = text[text.LastIndexOf("FAILED GET-1", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];

        Assert.Equal(Enumerable.Range(1, 24).Select(i => $"    T0 [{i}]"), told.Take(24));
        Assert.Equal(more == 0 ? [] : [$"    … {more} more; --json has all"], told.Skip(24));
    }

    [Fact]
    public void JUnit_counts_what_it_lists_and_HTML_closes_what_it_opens()
    {
        var suite = XDocument.Parse(Reports.Of(Make(1, 1, "RING-5"), "junit")).Descendants("testsuite").Single();
        Assert.Equal(suite.Attribute("tests")!.Value, suite.Elements("testcase").Count().ToString());
        Assert.Equal(suite.Attribute("failures")!.Value, suite.Descendants("failure").Count().ToString());
        Assert.Equal(suite.Attribute("skipped")!.Value, suite.Descendants("skipped").Count().ToString());
        string html = Reports.Of(Make(1, 1, "RING-5"), "html");
        Assert.StartsWith("<!DOCTYPE html>", html);
        Assert.Contains("it &lt;is&gt; broken", html);
        var body = XElement.Parse(Entities().Replace(html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)], ""));
        Assert.Equal(1 + Aio2Catalog.Requirements.Length, body.Descendants("tr").Count());
    }

    // Entities that XML does not have, and characters that it cannot carry.
    [GeneratedRegex(@"&#?\w+;|[\u0001-\u0008]")]
    private static partial Regex Entities();

    [GeneratedRegex(@"\{id: ([A-Z]+-\d+),")]
    private static partial Regex Ids();
}
