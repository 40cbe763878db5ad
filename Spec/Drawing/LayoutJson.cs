using System.Text;
using System.Text.Json;
using AioV2.Spec.Layout;

namespace AioV2.Spec.Drawing;

/// <summary>Layouts for programs: an array of structs with their fields and holes; numbers are bytes.</summary>
public static class LayoutJson
{
    /// <summary>The JSON, indented, with a line feed at its end.</summary>
    public static string Of(IEnumerable<StructLayout> layouts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var layout in layouts)
                Write(json, layout);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, StructLayout layout)
    {
        json.WriteStartObject();
        json.WriteString("struct", layout.Definition.Name);
        json.WriteNumber("size", layout.Size);
        json.WriteNumber("alignment", layout.Alignment);
        json.WriteBoolean("grows", layout.Definition.Grows);
        if (layout.Definition.FirstSize is { } first)
            json.WriteNumber("first_size", first);
        json.WriteStartArray("fields");
        foreach (var place in layout.Fields)
        {
            json.WriteStartObject();
            json.WriteString("name", place.Field.Name);
            json.WriteString("type", place.Field.Type.ToString());
            json.WriteNumber("offset", place.Offset);
            json.WriteNumber("size", place.Size);
            json.WriteNumber("cache_line", place.Offset / LayoutRow.CacheLine);
            json.WriteBoolean("reserved", place.Field.Reserved);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("holes");
        foreach (var hole in layout.Holes)
        {
            json.WriteStartObject();
            json.WriteNumber("offset", hole.Offset);
            json.WriteNumber("size", hole.Size);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
