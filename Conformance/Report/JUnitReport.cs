using System.Xml.Linq;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Report;

/// <summary>A verdict as JUnit XML: one test case for each requirement.</summary>
public static class JUnitReport
{
    /// <summary>The document.</summary>
    public static string Of(Verdict verdict)
    {
        var suite = new XElement("testsuite",
            new XAttribute("name", $"aio2 conform: {verdict.Implementation}"),
            new XAttribute("tests", verdict.Lines.Count),
            new XAttribute("failures", verdict.Lines.Count(l => l.Outcome == Outcome.Failed)),
            new XAttribute("skipped", verdict.Lines.Count(l => l.Outcome == Outcome.NotExercised)),
            new XAttribute("time", verdict.Elapsed.TotalSeconds));
        foreach (var line in verdict.Lines)
        {
            var test = new XElement("testcase", new XAttribute("classname", line.Id.Split('-')[0]), new XAttribute("name", $"{line.Id} {line.Title}"));
            if (line.Outcome == Outcome.NotExercised)
            {
                test.Add(new XElement("skipped", new XAttribute("message", "not exercised")));
            }

            foreach (var finding in verdict.Findings.Where(f => f.Violation.Requirement == line.Id))
            {
                test.Add(new XElement("failure", new XAttribute("message", Clean(finding.Violation.Message)), Clean(finding.Calls)));
            }

            suite.Add(test);
        }

        return new XDocument(new XElement("testsuites", suite)).ToString() + "\n";
    }

    /// <summary>Text without the characters that XML cannot carry.</summary>
    private static string Clean(string text) => string.Concat(text.Where(System.Xml.XmlConvert.IsXmlChar));
}
