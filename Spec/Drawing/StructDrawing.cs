using System.Text;
using AioV2.Spec.Layout;

namespace AioV2.Spec.Drawing;

/// <summary>A struct drawn with characters: a row for every eight bytes, a double line where a cache line begins, then a table.</summary>
public static class StructDrawing
{
    private const int Column = 8, Margin = 7;

    /// <summary>The drawing; every line ends in a line feed.</summary>
    public static string Draw(StructLayout layout)
    {
        var text = new StringBuilder().Append(Title(layout)).Append('\n').Append(layout.Definition.Doc).Append("\n\n");
        var rows = LayoutRow.Of(layout);
        text.Append("byte".PadLeft(Margin - 1)).Append(' ');
        for (var i = 0; i < LayoutRow.Bytes; i++)
            text.Append(i.ToString().PadRight(i < LayoutRow.Bytes - 1 ? Column : 1));
        text.Append('\n').Append(Line(null, rows is [var first, ..] ? first : null)).Append('\n');
        for (var i = 0; i < rows.Count; i++)
            Row(text, rows[i], i + 1 < rows.Count ? rows[i + 1] : null);
        return Table(text.Append('\n'), layout).ToString();
    }

    /// <summary>What can be said of a struct in one line.</summary>
    public static string Title(StructLayout layout)
    {
        var definition = layout.Definition;
        var holes = layout.Holes.Sum(hole => hole.Size);
        var lines = (layout.Size + LayoutRow.CacheLine - 1) / LayoutRow.CacheLine;
        var growth = (definition.Grows, definition.FirstSize) switch
        {
            (false, _) => "never grows",
            (_, { } first) => $"grows at its end, first {first} bytes",
            _ => "grows at its end",
        };
        return $"struct {definition.Name}: {layout.Size} bytes, aligned to {layout.Alignment}, {lines} cache line{(lines == 1 ? "" : "s")}, "
            + $"{(holes == 0 ? "no holes" : $"{holes} bytes of holes")}, {growth}{(definition.Record is { } count ? $", heads a record of '{count}' bytes" : "")}"
            + (definition.Requirement is { } id ? $" [{id}]" : "");
    }

    private static void Row(StringBuilder text, LayoutRow row, LayoutRow? next)
    {
        var line = new StringBuilder(row.Offset.ToString().PadLeft(Margin - 2)).Append("  ");
        foreach (var cell in row.Cells)
        {
            var room = (cell.Size * Column) - 1;
            var label = row.Rows > 1 ? $"{cell.Label}, {row.Rows * LayoutRow.Bytes} bytes" : cell.Label;
            var fill = cell.Field is null ? '/' : ' ';
            line.Append('|').Append($"{fill}{Shortened(label, room - 2)}{fill}".PadRight(room, fill));
        }
        text.Append(line).Append("|\n");
        if (row.Rows > 1)
            text.Append(':'.ToString().PadLeft(Margin + 1)).Append(':'.ToString().PadLeft(LayoutRow.Bytes * Column)).Append('\n');
        text.Append(Line(row, next)).Append('\n');
    }

    /// <summary>The line between two rows: a corner wherever a cell of either begins or ends.</summary>
    private static string Line(LayoutRow? above, LayoutRow? below)
    {
        var line = new StringBuilder(new string(' ', Margin));
        var isCacheLine = below?.StartsCacheLine == true;
        var end = new[] { above, below }.Where(row => row is not null).Max(row => row!.Cells[^1].Column + row.Cells[^1].Size);
        for (var i = 0; i <= end; i++)
        {
            var corner = above is null || i == end || Begins(above, i) || Begins(below, i);
            line.Append(corner ? '+' : Rule(isCacheLine));
            if (i < end)
                line.Append(Rule(isCacheLine), Column - 1);
        }
        return isCacheLine ? line.Append($" cache line {below!.Offset / LayoutRow.CacheLine}").ToString() : line.ToString();
    }

    private static char Rule(bool isCacheLine) => isCacheLine ? '=' : '-';

    private static bool Begins(LayoutRow? row, int column) =>
        row is not null && row.Cells.Any(cell => cell.Column == column || cell.Column + cell.Size == column);

    private static string Shortened(string label, int room) => label.Length <= room ? label : label[..Math.Max(0, room)];

    private static StringBuilder Table(StringBuilder text, StructLayout layout)
    {
        var lines = layout.Fields.Select(place => (place.Offset, place.Size, Type: place.Field.Type.ToString(), place.Field.Name, About: About(place)))
            .Concat(layout.Holes.Select(hole => (hole.Offset, hole.Size, Type: "", Name: "(hole)", About: hole.Before is { } field ? $"what a compiler puts before {field.Name}" : "what a compiler puts at the end")))
            .OrderBy(line => line.Offset).ToList();
        var (type, name) = (Math.Max(4, lines.Max(line => line.Type.Length)), lines.Max(line => line.Name.Length));
        text.Append($"offset  size  {"type".PadRight(type)}  field\n");
        foreach (var line in lines)
            text.Append($"{line.Offset,6}  {line.Size,4}  {line.Type.PadRight(type)}  {line.Name.PadRight(name)}  {line.About}\n");
        return text;
    }

    private static string About(FieldPlace place)
    {
        var field = place.Field;
        var notes = new[] { field.Direction, field.Line is { } line ? $"{line} line" : null, field.Requirement }.Where(note => note is not null);
        return notes.Any() ? $"{field.Doc} ({string.Join(", ", notes)})" : field.Doc;
    }
}
