using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AioV2.Conformance.Prove;

/// <summary>What the suite is worth: which broken implementations it caught, by which requirement, in how many calls.</summary>
/// <param name="Rows">What was run, in the order asked for.</param>
/// <param name="Asked">How many implementations were to be run.</param>
/// <param name="Seed">The seed of all runs.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Interrupted">Whether it was stopped before all were run.</param>
public sealed record ProveReport(IReadOnlyList<ProveRow> Rows, int Asked, ulong Seed, TimeSpan Elapsed, bool Interrupted)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The broken ones.</summary>
    public IReadOnlyList<ProveRow> Mutants => [.. Rows.Where(r => !r.Subject.IsControl)];

    /// <summary>How many were caught by a check that cites what they break.</summary>
    public int Killed => Mutants.Count(r => r.AsItShould);

    /// <summary>Whether every mutant was killed, and what works passed.</summary>
    public bool Proves => !Interrupted && Rows.Count == Asked && Mutants.Count > 0 && Rows.All(r => r.AsItShould);

    /// <summary>The median of the calls that a kill took; 0 where there was none.</summary>
    public long MedianCalls
    {
        get
        {
            var calls = Mutants.Where(r => r.AsItShould).Select(r => r.Calls).Order().ToList();
            return calls.Count == 0 ? 0 : (calls[(calls.Count - 1) / 2] + calls[calls.Count / 2]) / 2;
        }
    }

    /// <summary>The table and what it sums up to.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{"outcome",-9} {"breaks",-20} {"kind",-12} {"level",-5} {"calls",8}  {"cited",-10} mutant; by\n");
        foreach (var row in Rows)
        {
            string breaks = string.Join(", ", row.Subject.Requirements), kind = row.Subject.IsControl ? "control" : Kind(row);
            string by = row.Origin.Length > 0 ? $"; {row.Origin}" : "";
            text.Append(CultureInfo.InvariantCulture, $"{row.Word,-9} {breaks,-20} {kind,-12} {row.Subject.Level,-5} {row.Calls,8}  {row.First?.Requirement ?? "",-10} {row.Subject.Name}{by}\n");
        }

        foreach (var row in Rows.Where(r => !r.AsItShould && r.First is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{row.Subject.Name}: {row.First!.Requirement}: {row.First.Message}\n");
        }

        int ordered = Mutants.Count(r => r.Subject.Kind != Conformance.Mutants.MutantKind.Answer), controls = Rows.Count - Mutants.Count;
        text.Append(CultureInfo.InvariantCulture, $"\n{Mutants.Count} broken implementations, {ordered} of them by concurrency or by order; {controls} that work, {Rows.Count(r => r.Subject.IsControl && r.AsItShould)} of which pass\n");
        text.Append(CultureInfo.InvariantCulture, $"median calls to kill {MedianCalls}; seed {Seed}; {Elapsed.TotalSeconds:0.0} s\n");
        string left = Interrupted ? $" (interrupted: {Asked - Rows.Count} not run)" : "";
        return text.Append(CultureInfo.InvariantCulture, $"killed {Killed} of {Mutants.Count}{left}\n").ToString();
    }

    /// <summary>The same as JSON.</summary>
    public string Json() => new JsonObject
    {
        ["killed"] = Killed,
        ["mutants"] = Mutants.Count,
        ["median_calls"] = MedianCalls,
        ["seed"] = Seed,
        ["seconds"] = Math.Round(Elapsed.TotalSeconds, 3),
        ["interrupted"] = Interrupted,
        ["proves"] = Proves,
        ["rows"] = new JsonArray([.. Rows.Select(r => (JsonNode)new JsonObject
        {
            ["name"] = r.Subject.Name,
            ["kind"] = r.Subject.IsControl ? "control" : Kind(r),
            ["level"] = r.Subject.Level,
            ["breaks"] = new JsonArray([.. r.Subject.Requirements.Select(id => (JsonNode)JsonValue.Create(id)!)]),
            ["outcome"] = r.Word.ToLowerInvariant(),
            ["cited"] = r.First?.Requirement,
            ["message"] = r.First?.Message,
            ["by"] = r.Origin,
            ["calls"] = r.Calls,
            ["seconds"] = Math.Round(r.Elapsed.TotalSeconds, 3),
        })]),
    }.ToJsonString(Indented) + "\n";

    private static string Kind(ProveRow row) => row.Subject.Kind.ToString().ToLowerInvariant();
}
