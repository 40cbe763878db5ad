using System.Net;
using System.Text;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Report;

/// <summary>A verdict as one page without anything to load.</summary>
public static class HtmlReport
{
    private const string Style = "body{font:15px sans-serif;max-width:70em;margin:2em auto}td,th{text-align:left;padding:.2em 1em}"
        + ".failed{background:#fdd}.passed{background:#dfd}.notExercised{color:#777}pre{background:#eee;padding:1em;overflow:auto}";

    /// <summary>The page.</summary>
    public static string Of(Verdict verdict)
    {
        var page = new StringBuilder();
        page.Append($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>aio2 conform</title><style>{Style}</style></head><body>\n");
        page.Append($"<h1>{E(verdict.Implementation)} ({E(verdict.Engine)}): {(verdict.Conforms ? "conforms" : "does not conform")}</h1>\n");
        page.Append($"<p>{verdict.Steps} steps in {verdict.Elapsed.TotalSeconds:0.0} s, seed {verdict.Seed}.</p>\n<table><tr><th>id</th><th>outcome</th><th>checks</th>");
        foreach (var part in verdict.Parts)
        {
            page.Append($"<th>{E(part.Engine)}</th>");
        }

        page.Append("<th>requirement</th></tr>\n");
        for (int i = 0; i < verdict.Lines.Count; i++)
        {
            var line = verdict.Lines[i];
            page.Append($"<tr class=\"{Class(line.Outcome)}\"><td>{line.Id}</td><td>{Word(line.Outcome)}</td><td>{line.Checks}</td>");
            foreach (var part in verdict.Parts)
            {
                page.Append($"<td class=\"{Class(part.Lines[i].Outcome)}\">{Word(part.Lines[i].Outcome)}</td>");
            }

            page.Append($"<td>{E(line.Title)}{(line.Why.Length > 0 ? $" ({E(line.Why)})" : "")}</td></tr>\n");
        }

        page.Append("</table>\n");
        foreach (var finding in verdict.Findings)
        {
            page.Append($"<h2>{finding.Violation.Requirement}: {E(finding.Violation.Message)}</h2>\n<pre>{E(finding.Calls)}</pre>\n");
            if (finding.Program.Length > 0)
            {
                page.Append($"<details><summary>as a C program</summary><pre>{E(finding.Program)}</pre></details>\n");
            }
        }

        return page.Append("</body></html>\n").ToString();
    }

    private static string Class(Outcome outcome) => outcome switch { Outcome.Passed => "passed", Outcome.Failed => "failed", _ => "notExercised" };

    private static string Word(Outcome outcome) => outcome == Outcome.NotExercised ? "not exercised" : Class(outcome);

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
