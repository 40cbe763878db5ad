using System.Text;
using System.Text.Json;
using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Devices;

namespace AioV2.Cli.Pi;

/// <summary>What is said of protected files, to people and to programs.</summary>
internal static class PiText
{
    /// <summary>The lines of <c>show</c>.</summary>
    internal static void WriteSummary(TextWriter output, ProtectedDevice device)
    {
        var format = device.Format;
        Line(output, "data file", $"{device.Path}, {Bytes(device)} bytes");
        Line(output, "sidecar", device.SidecarPath);
        Line(output, "id", $"{device.Id:x32}");
        Line(output, "type", $"{(int)format.Type}");
        Line(output, "guard", GuardOf(format));
        Line(output, "interval", $"{format.IntervalBytes} bytes");
        Line(output, "metadata", $"{format.MetadataBytes} bytes, the tuple in the last {format.TupleBytes}");
        Line(output, "intervals", $"{device.Intervals}");
    }

    /// <summary>The same as an object.</summary>
    internal static void WriteJson(TextWriter output, ProtectedDevice device) => Write(output, json => Describe(json, device));

    /// <summary>What scrub found.</summary>
    internal static void WriteScrubJson(TextWriter output, ProtectedDevice device, List<BadInterval> bad) => Write(output, json =>
    {
        Describe(json, device);
        json.WriteStartArray("bad");
        foreach (var interval in bad)
        {
            json.WriteStartObject();
            json.WriteNumber("interval", interval.Interval);
            json.WriteNumber("offset", interval.Interval * (ulong)device.Format.IntervalBytes);
            json.WriteString("check", CheckOf(interval.Check));
            json.WriteString("expected", $"0x{interval.Expected:x}");
            json.WriteString("found", $"0x{interval.Found:x}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>One bad interval, on one line.</summary>
    internal static string Of(ProtectedDevice device, BadInterval bad)
    {
        var first = bad.Interval * (ulong)device.Format.IntervalBytes;
        return $"interval {bad.Interval} (bytes {first} to {first + (ulong)device.Format.IntervalBytes - 1}): "
            + $"{CheckOf(bad.Check)} expected 0x{bad.Expected:x}, found 0x{bad.Found:x}";
    }

    private static string CheckOf(uint check) => Aio2PiCheck.NameOf(check)!.ToLowerInvariant();

    private static string GuardOf(PiFormat format) => format.Guard switch
    {
        PiGuard.Crc16 => "crc16",
        PiGuard.IpChecksum => "ip",
        _ => "crc64",
    };

    private static ulong Bytes(ProtectedDevice device) => device.Intervals * (ulong)device.Format.IntervalBytes;

    private static void Describe(Utf8JsonWriter json, ProtectedDevice device)
    {
        json.WriteString("data_file", device.Path);
        json.WriteString("sidecar", device.SidecarPath);
        json.WriteString("id", $"{device.Id:x32}");
        json.WriteNumber("bytes", Bytes(device));
        json.WriteNumber("type", (int)device.Format.Type);
        json.WriteString("guard", GuardOf(device.Format));
        json.WriteNumber("interval_bytes", device.Format.IntervalBytes);
        json.WriteNumber("metadata_bytes", device.Format.MetadataBytes);
        json.WriteNumber("intervals", device.Intervals);
    }

    private static void Write(TextWriter output, Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"{name,-10} {text}");
}
