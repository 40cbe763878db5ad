using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AioV2.Abi;
using AioV2.Abi.Trace;

namespace AioV2.Cli.Trace;

/// <summary>A record of a trace in one line.</summary>
internal static class TraceText
{
    /// <summary>For people: the time since the start in microseconds, the record, and its fields.</summary>
    public static string Line(TraceRecord record, ulong start)
    {
        var (_, name, fields) = Aio2TraceSchema.Records[record.Kind];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{((long)record.Time - (long)start) / 1000.0,14:0.0} us  {name,-10}");
        for (var i = 1; i < record.Values.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $" {fields[i].Name}={Value(record, i, fields[i].Type)}");
        }

        return text.ToString();
    }

    /// <summary>For programs.</summary>
    public static string Json(TraceRecord record)
    {
        var (_, name, fields) = Aio2TraceSchema.Records[record.Kind];
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("record", name);
            for (var i = 0; i < record.Values.Length; i++)
            {
                switch (record.Values[i].Other)
                {
                    case byte[] blob: json.WriteBase64String(fields[i].Name, blob); break;
                    case string text: json.WriteString(fields[i].Name, text); break;
                    default:
                        if (fields[i].Type == "s64")
                        {
                            json.WriteNumber(fields[i].Name, record.Signed(i));
                        }
                        else
                        {
                            json.WriteNumber(fields[i].Name, record.Number(i));
                        }

                        break;
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static string Value(TraceRecord record, int place, string type) => record.Values[place].Other switch
    {
        byte[] bytes => string.Create(CultureInfo.InvariantCulture, $"<{bytes.Length} bytes>"),
        string text => $"'{text}'",
        _ when type == "s64" && record.Signed(place) is < 0 and > -4096 and var error && Errno.NameOf((int)-error) is { } name => "-" + name,
        _ when type == "s64" => record.Signed(place).ToString(CultureInfo.InvariantCulture),
        _ => record.Number(place).ToString(CultureInfo.InvariantCulture),
    };
}
