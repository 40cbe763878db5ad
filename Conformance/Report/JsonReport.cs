using System.Text.Json;
using System.Text.Json.Serialization;
using AioV2.Conformance.Model;
using AioV2.Conformance.Parallel;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Report;

/// <summary>A verdict as JSON: for other programs, and for <see cref="VerdictMerge"/>.</summary>
public static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private sealed record Line(string Id, string Title, Outcome Outcome, long Checks, string? Why);

    private sealed record Found(string Requirement, string Message, string Origin, ulong Seed, string Calls, string? Program, int Replays, int CameAgain);

    private sealed record Document(
        string Implementation, string Engine, bool Conforms, ulong Seed, int Shard, int Shards, long Steps, double Seconds, string Output, Line[] Requirements, Found[] Findings, long RandomSteps, double RandomSeconds, long WarmSteps, double WarmSeconds, int Jobs, Rounds? Parallel, Dictionary<string, Outcome>? Checks, Document[]? Engines);

    private sealed record Rounds(long Count, long Histories, long Operations, long Overlapping, long Undecided, int Threads, double Seconds);

    /// <summary>Writes.</summary>
    public static string Of(Verdict v) => JsonSerializer.Serialize(DocumentOf(v), Options) + "\n";

    /// <summary>Reads what <see cref="Of"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static Verdict Read(string json)
    {
        Document? d;
        try
        {
            d = JsonSerializer.Deserialize<Document>(json, Options);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"no verdict: {e.Message}", e);
        }

        return VerdictOf(d);
    }

    private static Document DocumentOf(Verdict v) => new(v.Implementation, v.Engine, v.Conforms, v.Seed, v.Shard, v.Shards, v.Steps, v.Elapsed.TotalSeconds, v.Output,
        [.. v.Lines.Select(l => new Line(l.Id, l.Title, l.Outcome, l.Checks, l.Why))],
        [.. v.Findings.Select(f => new Found(f.Violation.Requirement, f.Violation.Message, f.Origin, f.Seed, f.Calls, f.Program, f.Replays, f.CameAgain))],
        v.RandomSteps, v.RandomTime.TotalSeconds, v.WarmSteps, v.WarmTime.TotalSeconds, v.Jobs, RoundsOf(v.Parallel), v.Checks.ToDictionary(), [.. v.Parts.Select(DocumentOf)]);

    private static Rounds RoundsOf(ParallelCount p) => new(p.Rounds, p.Histories, p.Operations, p.Overlapping, p.Undecided, p.Threads, p.Time.TotalSeconds);

    private static Verdict VerdictOf(Document? d) => d?.Requirements is null || d.Findings is null
        ? throw new InvalidDataException("no verdict: requirements or findings are missing")
        : new Verdict(d.Implementation, d.Engine, d.Seed, d.Shard, d.Shards,
            [.. d.Requirements.Select(l => new VerdictLine(l.Id, l.Title, l.Outcome, l.Checks, l.Why ?? ""))],
            [.. d.Findings.Select(f => new Finding(new Violation(f.Requirement, f.Message), f.Origin, f.Seed, [], f.Calls) { Program = f.Program ?? "", Replays = f.Replays, CameAgain = f.CameAgain })],
            d.Steps, TimeSpan.FromSeconds(d.Seconds), d.Output)
        {
            Checks = d.Checks ?? [],
            RandomSteps = d.RandomSteps,
            RandomTime = TimeSpan.FromSeconds(d.RandomSeconds),
            WarmSteps = d.WarmSteps,
            WarmTime = TimeSpan.FromSeconds(d.WarmSeconds),
            Jobs = Math.Max(1, d.Jobs),
            Parallel = d.Parallel is { } p ? new ParallelCount(p.Count, p.Histories, p.Operations, p.Overlapping, p.Undecided, p.Threads, TimeSpan.FromSeconds(p.Seconds)) : ParallelCount.None,
            Parts = [.. (d.Engines ?? []).Select(VerdictOf)],
        };
}
