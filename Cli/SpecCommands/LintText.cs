using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AioV2.Spec.Lint;

namespace AioV2.Cli.SpecCommands;

/// <summary>What lint says, for people and for programs.</summary>
internal static class LintText
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A line for each finding in the form of compilers, with reason and source below it; then the exceptions, then one line with the sums.</summary>
    internal static void Write(TextWriter output, LintReport report)
    {
        foreach (var finding in report.Findings)
        {
            output.WriteLine(finding);
            output.WriteLine($"    why: {finding.Rule.Reason}");
            output.WriteLine($"    source: {finding.Rule.Source}");
        }

        foreach (var exception in report.Exceptions)
        {
            output.WriteLine($"{exception.File}:{exception.At.Line}:{exception.At.Column}: {exception.Rule.Id}, allowed: {exception.Why}");
        }

        output.WriteLine($"{Count(report.Findings.Count, "finding")}, {Count(report.Exceptions.Count, "exception")} with a reason");
    }

    /// <summary>One JSON object.</summary>
    internal static void WriteJson(TextWriter output, LintReport report) => Json(output, json =>
    {
        json.WriteStartObject();
        Array(json, "findings", report.Findings);
        Array(json, "exceptions", report.Exceptions);
        json.WriteEndObject();
    });

    /// <summary>Every rule with its reason and source.</summary>
    internal static void WriteRules(TextWriter output)
    {
        foreach (var rule in LintRules.All)
        {
            output.WriteLine($"{rule.Id}: {rule.Asks}\n    why: {rule.Reason}\n    source: {rule.Source}");
        }
    }

    /// <summary>Every rule as one JSON array.</summary>
    internal static void WriteRulesJson(TextWriter output) => Json(output, json =>
    {
        json.WriteStartArray();
        foreach (var rule in LintRules.All)
        {
            json.WriteStartObject();
            json.WriteString("rule", rule.Id);
            json.WriteString("asks", rule.Asks);
            json.WriteString("reason", rule.Reason);
            json.WriteString("source", rule.Source);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void Array(Utf8JsonWriter json, string name, IEnumerable<LintFinding> findings)
    {
        json.WriteStartArray(name);
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("rule", finding.Rule.Id);
            json.WriteString("file", finding.File);
            json.WriteNumber("line", finding.At.Line);
            json.WriteNumber("column", finding.At.Column);
            json.WriteString("message", finding.Message);
            if (finding.Why is { } why)
            {
                json.WriteString("allowed", why);
            }

            json.WriteString("reason", finding.Rule.Reason);
            json.WriteString("source", finding.Rule.Source);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Json(TextWriter output, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            write(json);
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
