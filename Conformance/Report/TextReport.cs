using System.Text;
using AioV2.Conformance.Parallel;
using AioV2.Conformance.Run;
using AioV2.Conformance.Scenarios;

namespace AioV2.Conformance.Report;

/// <summary>A verdict for a terminal.</summary>
public static class TextReport
{
    private const int FirstCalls = 20;
    private const int LastCalls = 40;
    private const int MessageChars = 300;
    private const int ShortCalls = 24;

    /// <summary>The table, the findings with their calls, one line that sums up, and behind it each finding in short, with its first calls.</summary>
    public static string Of(Verdict verdict)
    {
        var text = new StringBuilder();
        Table(verdict, text);
        foreach (var part in verdict.Parts.Count == 0 ? [verdict] : verdict.Parts)
        {
            Findings(part, text);
        }

        if (verdict.Output.Length > 0)
        {
            text.Append($"\nthe implementation wrote to standard output: {verdict.Output.TrimEnd()}\n");
        }

        text.Append('\n').Append(ScenarioReport.Text(verdict)).Append('\n');
        foreach (var part in verdict.Parts)
        {
            text.Append(Line(part));
        }

        text.Append(Line(verdict));
        foreach (var part in verdict.Parts.Count == 0 ? [verdict] : verdict.Parts)
        {
            // Last, so that a log that is cut tells them, and what a finding of a parallel round calls the operations below.
            part.Findings.ToList().ForEach(f => text.Append(InShort(part, f)));
        }

        return text.ToString();
    }

    private static string InShort(Verdict verdict, Finding finding)
    {
        string what = finding.Violation.Message.ReplaceLineEndings(" ");
        string again = finding.Replays == 0 ? "" : $"; again in {finding.CameAgain} of {finding.Replays} replays";
        return $"FAILED {finding.Violation.Requirement} on {verdict.Engine}, by {Origin(verdict, finding)}{again}: {(what.Length > MessageChars ? what[..MessageChars] + "…" : what)}\n{FirstOf(Calls(finding))}";
    }

    private static string[] Calls(Finding finding) => finding.Calls.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string FirstOf(string[] calls) => string.Concat(calls.Take(ShortCalls).Select(c => $"    {c}\n"))
        + (calls.Length > ShortCalls ? $"    … {calls.Length - ShortCalls} more; --json has all\n" : "");

    private static string Origin(Verdict verdict, Finding finding) =>
        $"{finding.Origin}, {(finding.Origin == "parallel" ? $"--round {finding.Seed}" : $"seed {verdict.Seed}")}";

    private static void Table(Verdict verdict, StringBuilder text)
    {
        if (verdict.Parts.Count > 0)
        {
            text.Append($"{"",-10} {"overall",-13} {"checks",9}");
            foreach (var part in verdict.Parts)
            {
                text.Append($"  {part.Engine,-13}");
            }

            text.Append('\n');
        }

        for (int i = 0; i < verdict.Lines.Count; i++)
        {
            var line = verdict.Lines[i];
            text.Append($"{line.Id,-10} {Word(line.Outcome),-13} {line.Checks,9}");
            foreach (var part in verdict.Parts)
            {
                text.Append($"  {Word(part.Lines[i].Outcome),-13}");
            }

            text.Append($"  {line.Title}{(line.Why.Length > 0 ? $" ({line.Why})" : "")}\n");
        }
    }

    private static void Findings(Verdict verdict, StringBuilder text)
    {
        foreach (var finding in verdict.Findings)
        {
            text.Append($"\n{finding.Violation.Requirement}: {finding.Violation.Message}\n");
            text.Append($"  found on {verdict.Implementation} ({verdict.Engine}) by {Origin(verdict, finding)}; the calls:\n");
            string[] calls = Calls(finding);
            for (int i = 0; i < calls.Length; i++)
            {
                if (i == FirstCalls && calls.Length > FirstCalls + LastCalls)
                {
                    text.Append($"    … {calls.Length - FirstCalls - LastCalls} calls are not shown here; --json has them all\n");
                    i = calls.Length - LastCalls;
                }

                text.Append($"    {calls[i]}\n");
            }

            if (finding.Program.Length > 0)
            {
                text.Append($"  as a C program:\n{finding.Program}");
            }
        }
    }

    private static string Rounds(ParallelCount p) => p.Rounds == 0 ? ""
        : $"  parallel: {p.Rounds} rounds of up to {p.Threads} threads, {p.Operations} operations ({p.Overlapping} at the same time as another) in {p.Histories} histories judged for linearizability, {p.Undecided} undecided, in {p.Time.TotalSeconds:0.0} s\n";

    private static string Word(Outcome outcome) => outcome switch { Outcome.Passed => "passed", Outcome.Failed => "FAILED", _ => "not exercised" };

    private static string Line(Verdict verdict)
    {
        int Count(Outcome outcome) => verdict.Lines.Count(l => l.Outcome == outcome);
        double rate = verdict.Steps / Math.Max(verdict.Elapsed.TotalSeconds, 0.001);
        double random = verdict.RandomSteps / Math.Max(verdict.RandomTime.TotalSeconds, 0.001);
        return $"{verdict.Implementation} ({verdict.Engine}): {(verdict.Conforms ? "conforms" : "DOES NOT CONFORM")}; "
            + $"{Count(Outcome.Passed)} passed, {Count(Outcome.Failed)} failed, {Count(Outcome.NotExercised)} not exercised; "
            + $"{verdict.Steps} steps in {verdict.Elapsed.TotalSeconds:0.0} s, {rate:0} steps/s ({random:0} in the random part{(verdict.Jobs > 1 ? $", by {verdict.Jobs} children" : "")}), seed {verdict.Seed}\n" + Rounds(verdict.Parallel);
    }
}
