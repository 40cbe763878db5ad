using System.Text.Json;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Report;

/// <summary>The report for programs: the machine, the kernel, and one object for each row.</summary>
public static class JsonReport
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the report as one JSON document.</summary>
    public static void Write(BenchReport report, Stream to)
    {
        using var json = new Utf8JsonWriter(to, Indented);
        json.WriteStartObject();
        WriteMachine(json, report.Machine);
        WriteKernel(json, report.Kernel);
        json.WriteBoolean("quick", report.Quick);
        json.WriteBoolean("complete", report.Complete);
        json.WriteStartArray("rows");
        foreach (var row in report.Rows)
        {
            WriteRow(json, row);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMachine(Utf8JsonWriter json, Machine machine)
    {
        json.WriteStartObject("machine");
        json.WriteString("processor", machine.Processor);
        json.WriteNumber("cores", machine.Cores);
        json.WriteNumber("memory_bytes", machine.MemoryBytes);
        json.WriteString("system", machine.System);
        json.WriteString("runtime", machine.Runtime);
        json.WriteString("architecture", machine.Architecture);
        WriteNumber(json, "load", machine.Load);
        json.WriteBoolean("unoptimized", machine.Unoptimized);
        json.WriteString("when", machine.When);
        json.WriteEndObject();
    }

    private static void WriteKernel(Utf8JsonWriter json, KernelFacts? kernel)
    {
        json.WriteStartObject("kernel");
        json.WriteString("engine", kernel?.Engine);
        json.WriteString("user_memory", kernel?.UserMemory);
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, RowResult result)
    {
        var row = result.Row;
        json.WriteStartObject();
        json.WriteString("row", row.Id);
        json.WriteString("title", row.Title);
        json.WriteString("peer", row.Peer);
        json.WriteString("status", StatusText.Key(result.Status));
        json.WriteString("note", result.Note);
        WriteNumber(json, "ratio", result.Ratio?.Median);
        WriteNumber(json, "low", result.Ratio?.Low);
        WriteNumber(json, "high", result.Ratio?.High);
        json.WriteString("target", row.Target?.Text(row.Quantity));
        if (result.Met is { } met)
        {
            json.WriteBoolean("met", met);
        }
        else
        {
            json.WriteNull("met");
        }
        json.WriteString("unit", Unit(row.Quantity));
        WriteSpread(json, "ours", result.Ours);
        WriteSpread(json, "theirs", result.Theirs);
        json.WriteEndObject();
    }

    private static void WriteSpread(Utf8JsonWriter json, string name, Spread? spread)
    {
        if (spread is not { } s)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        WriteNumber(json, "median", s.Median);
        WriteNumber(json, "low", s.Low);
        WriteNumber(json, "high", s.High);
        json.WriteEndObject();
    }

    // Six digits are more than any measurement here has.
    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } v && double.IsFinite(v))
        {
            json.WriteNumber(name, v == 0 ? 0 : Rounded(v));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static decimal Rounded(double value)
    {
        var digits = Math.Clamp(5 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 10);
        return Math.Round((decimal)value, digits);
    }

    private static string Unit(Quantity quantity) => quantity switch
    {
        Quantity.Rate => "op/s",
        Quantity.Bytes => "bytes/op",
        Quantity.P99 => "ns (p99)",
        _ => "ns/op",
    };
}
