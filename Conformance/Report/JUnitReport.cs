using System.Xml.Linq;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Report;

/// <summary>A verdict as JUnit XML: one test case for each requirement.</summary>
public static class JUnitReport
{
    /// <summary>The document.</summary>
    public static string Of(Verdict verdict) =>
        new XDocument(new XElement("testsuites", (verdict.Parts.Count == 0 ? [verdict] : verdict.Parts).Select(Suite))).ToString() + "\n";

    private static XElement Suite(Verdict verdict)
    {
        var suite = new XElement("testsuite",
            new XAttribute("name", $"aio2 conform: {verdict.Implementation}, {verdict.Engine}"),
            new XAttribute("tests", verdict.Lines.Count),
            new XAttribute("failures", verdict.Lines.Count(l => l.Outcome == Outcome.Failed)),
            new XAttribute("errors", 0),
            new XAttribute("skipped", verdict.Lines.Count(l => l.Outcome == Outcome.NotExercised)),
            new XAttribute("time", verdict.Elapsed.TotalSeconds));
        foreach (var line in verdict.Lines)
        {
            var test = new XElement("testcase", new XAttribute("classname", line.Id.Split('-')[0]), new XAttribute("name", $"{line.Id} {line.Title}"));
            if (line.Outcome == Outcome.NotExercised)
            {
                test.Add(new XElement("skipped", new XAttribute("message", $"not exercised: {line.Why}")));
            }

            var findings = verdict.Findings.Where(f => f.Violation.Requirement == line.Id).ToList();
            if (findings.Count > 0)
            {
                // A test case has one failure: what else breaks the same requirement stands in its text.
                test.Add(new XElement("failure", new XAttribute("message", Clean(findings[0].Violation.Message)),
                    Clean(string.Join("\n", findings.Select(f => $"{f.Violation.Message}\n{f.Calls}")))));
            }

            suite.Add(test);
        }

        return suite;
    }

    /// <summary>Text without the characters that XML cannot carry.</summary>
    private static string Clean(string text) => string.Concat(text.Where(System.Xml.XmlConvert.IsXmlChar));
}
