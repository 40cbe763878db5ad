using System.Text;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Report;

/// <summary>A verdict for a terminal.</summary>
public static class TextReport
{
    /// <summary>The table, the findings with their calls, and one line that sums up.</summary>
    public static string Of(Verdict verdict)
    {
        var text = new StringBuilder();
        foreach (var line in verdict.Lines)
        {
            string outcome = line.Outcome switch { Outcome.Passed => "passed", Outcome.Failed => "FAILED", _ => "not exercised" };
            text.Append($"{line.Id,-10} {outcome,-13} {line.Checks,9}  {line.Title}\n");
        }

        foreach (var finding in verdict.Findings)
        {
            text.Append($"\n{finding.Violation.Requirement}: {finding.Violation.Message}\n");
            text.Append($"  found by {finding.Origin}, seed {verdict.Seed}; the calls:\n");
            foreach (string call in finding.Calls.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                text.Append($"    {call}\n");
            }
        }

        if (verdict.Output.Length > 0)
        {
            text.Append($"\nthe implementation wrote to standard output: {verdict.Output.TrimEnd()}\n");
        }

        int Count(Outcome outcome) => verdict.Lines.Count(l => l.Outcome == outcome);
        double rate = verdict.Steps / Math.Max(verdict.Elapsed.TotalSeconds, 0.001);
        text.Append($"\n{verdict.Implementation} ({verdict.Engine}): {(verdict.Conforms ? "conforms" : "DOES NOT CONFORM")}; ");
        text.Append($"{Count(Outcome.Passed)} passed, {Count(Outcome.Failed)} failed, {Count(Outcome.NotExercised)} not exercised; ");
        text.Append($"{verdict.Steps} steps in {verdict.Elapsed.TotalSeconds:0.0} s, {rate:0} steps/s, seed {verdict.Seed}\n");
        return text.ToString();
    }
}
