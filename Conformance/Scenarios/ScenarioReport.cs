using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Scenarios;

/// <summary>What a run showed of each scenario.</summary>
public static class ScenarioReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The outcome of a scenario, by that of the check that plays it.</summary>
    public static Outcome OutcomeOf(Scenario scenario, Verdict verdict) =>
        scenario.Check is not null && verdict.Checks.TryGetValue(scenario.Check, out var outcome) ? outcome : Outcome.NotExercised;

    /// <summary>A line for each.</summary>
    public static string Text(Verdict verdict)
    {
        var text = new StringBuilder("scenarios: what others did wrong\n");
        foreach (var s in ScenarioTable.All)
        {
            string how = s.Check is null ? "no call shows it" : s.Check;
            string test = s.Test is null ? "" : $"; proved by {s.Test}";
            text.Append(CultureInfo.InvariantCulture, $"  {Word(s, verdict),-13} {s.Requirement,-10} {s.Name} [{s.Source}]: {how}{test}\n");
        }

        int Count(Outcome outcome) => ScenarioTable.All.Count(s => OutcomeOf(s, verdict) == outcome);
        return text.Append(CultureInfo.InvariantCulture, $"{ScenarioTable.All.Count} scenarios: {Count(Outcome.Passed)} passed, {Count(Outcome.Failed)} failed, {Count(Outcome.NotExercised)} not played, {ScenarioTable.All.Count(s => s.Check is null)} of which no call shows\n").ToString();
    }

    /// <summary>The same as JSON.</summary>
    public static string Json(Verdict verdict) => new JsonArray([.. ScenarioTable.All.Select(s => (JsonNode)new JsonObject
    {
        ["name"] = s.Name, ["source"] = s.Source, ["requirement"] = s.Requirement, ["check"] = s.Check, ["test"] = s.Test, ["outcome"] = Word(s, verdict).ToLowerInvariant(),
    })]).ToJsonString(Indented) + "\n";

    private static string Word(Scenario scenario, Verdict verdict) => OutcomeOf(scenario, verdict) switch
    {
        Outcome.Passed => "passed",
        Outcome.Failed => "FAILED",
        _ => scenario.Check is null ? "by a test" : "not played",
    };
}
