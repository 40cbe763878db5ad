using System.Globalization;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Cli.Dump;

/// <summary>Lines of a dump: offset, bytes in hexadecimal, and what they are.</summary>
internal sealed class HexLines(TextWriter output, FieldText text)
{
    private const int BytesInLine = 8;
    private const int ZeroLines = 4;
    private readonly Dictionary<StructDef, StructLayout> _layouts = [];

    /// <summary>A line without bytes.</summary>
    internal void Title(long at, string title) => output.WriteLine($"{at:x8}  {title}");

    /// <summary>The fields of a struct that are there; what lies behind the known ones, without names.</summary>
    internal void Struct(StructDef definition, ReadOnlySpan<byte> bytes, long at, string indent)
    {
        if (!_layouts.TryGetValue(definition, out var layout))
        {
            _layouts[definition] = layout = StructLayout.Of(definition);
        }

        foreach (var place in layout.Fields)
        {
            if (place.End <= bytes.Length)
            {
                var field = bytes[place.Offset..place.End];
                Bytes(field, at + place.Offset, $"{indent}{place.Field.Name,-16} {text.Value(place.Field, field)}");
            }
            else if (place.Offset < bytes.Length)
            {
                Bytes(bytes[place.Offset..], at + place.Offset, $"{indent}{place.Field.Name}, cut off");
            }
        }

        if (layout.Size < bytes.Length)
        {
            Bytes(bytes[layout.Size..], at + layout.Size, $"{indent}beyond what is known");
        }
    }

    /// <summary>Bytes with what they are behind the first line of them; runs of zero lines are told as one.</summary>
    internal void Bytes(ReadOnlySpan<byte> bytes, long at, string what)
    {
        for (var done = 0; done < bytes.Length; done += BytesInLine)
        {
            var line = bytes.Slice(done, Math.Min(BytesInLine, bytes.Length - done));
            output.WriteLine($"{at + done:x8}  {Hex(line),-23}  {(done == 0 ? what : "")}".TrimEnd());
            var zeroes = Zeroes(bytes[(done + line.Length)..]);
            if (zeroes >= ZeroLines * BytesInLine)
            {
                output.WriteLine($"{at + done + BytesInLine:x8}  00 ... {zeroes} bytes of zero");
                done += zeroes;
            }
        }
    }

    /// <summary>Whole lines of zeroes that a run begins with, bytes.</summary>
    private static int Zeroes(ReadOnlySpan<byte> bytes) =>
        (bytes.IndexOfAnyExcept((byte)0) is >= 0 and var other ? other : bytes.Length) / BytesInLine * BytesInLine;

    private static string Hex(ReadOnlySpan<byte> bytes)
    {
        var hex = new string[bytes.Length];
        for (var i = 0; i < hex.Length; i++)
        {
            hex[i] = bytes[i].ToString("x2", CultureInfo.InvariantCulture);
        }

        return string.Join(' ', hex);
    }
}
