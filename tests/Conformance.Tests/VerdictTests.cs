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
        Assert.Contains("missing", Assert.Throws<InvalidDataException>(() => VerdictMerge.Join([Make(1, 3), Make(3, 3)])).Message);
        Assert.Contains("twice", Assert.Throws<InvalidDataException>(() => VerdictMerge.Join([Make(1, 2), Make(1, 2), Make(2, 2)])).Message);
        Assert.Throws<InvalidDataException>(() => VerdictMerge.Join([Make(1, 2), Make(2, 3)]));
        Assert.Throws<InvalidDataException>(() => JsonReport.Read("{}"));
    }

    [GeneratedRegex(@"\{id: ([A-Z]+-\d+),")]
    private static partial Regex Ids();
}
