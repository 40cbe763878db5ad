using System.Net;
using System.Text;
using AioV2.Spec.Layout;

namespace AioV2.Spec.Drawing;

/// <summary>Structs drawn as one SVG picture, with the same rows, rulers and holes as <see cref="StructDrawing"/>.</summary>
public static class StructSvg
{
    private const int ByteWidth = 84, RowHeight = 26, Left = 56, Right = 100, Heading = 62, Gap = 34;

    private const string Style = """
        text{font:12px ui-monospace,monospace;fill:#1b1f24}.title{font-weight:bold;font-size:13px}.ruler{fill:#57606a;font-size:11px}
        rect{stroke:#57606a;stroke-width:1;fill:#ddf4ff}.reserved{fill:#eaeef2}.kernel{fill:#fff1e5}.user{fill:#dafbe1}.hole{fill:url(#hole);stroke:#cf222e}
        .line{stroke:#8250df;stroke-width:2;stroke-dasharray:6 3}.sheet{fill:#fff;stroke:none}
        """;

    /// <summary>The whole document.</summary>
    public static string Draw(IReadOnlyList<StructLayout> layouts)
    {
        var (body, y) = (new StringBuilder(), 0);
        foreach (var layout in layouts)
            y = Struct(body, layout, y);
        var width = Left + (LayoutRow.Bytes * ByteWidth) + Right;
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}" role="img">
            <title>{Escaped(string.Join(", ", layouts.Select(layout => "struct " + layout.Definition.Name)))}</title>
            <style>{Style.ReplaceLineEndings("")}</style>
            <defs><pattern id="hole" width="8" height="8" patternUnits="userSpaceOnUse"><path d="M0 8L8 0" stroke="#cf222e"/></pattern></defs>
            <rect class="sheet" width="{width}" height="{y}"/>
            {body}</svg>

            """.TrimEnd('\n') + "\n";
    }

    private static int Struct(StringBuilder body, StructLayout layout, int top)
    {
        body.Append($"<text class=\"title\" x=\"8\" y=\"{top + 20}\">{Escaped(StructDrawing.Title(layout).Split(',')[0])}</text>\n");
        body.Append($"<text x=\"8\" y=\"{top + 38}\">{Escaped(layout.Definition.Doc)}</text>\n");
        for (var i = 0; i < LayoutRow.Bytes; i++)
            body.Append($"<text class=\"ruler\" x=\"{Left + (i * ByteWidth) + 2}\" y=\"{top + Heading - 4}\">{i}</text>\n");
        var y = top + Heading;
        foreach (var row in LayoutRow.Of(layout))
        {
            var height = row.Rows > 1 ? RowHeight * 3 / 2 : RowHeight;
            body.Append($"<text class=\"ruler\" x=\"{Left - 8}\" y=\"{y + 17}\" text-anchor=\"end\">{row.Offset}</text>\n");
            foreach (var cell in row.Cells)
                Cell(body, row, cell, y, height);
            if (row.StartsCacheLine)
            {
                var end = Left + (LayoutRow.Bytes * ByteWidth);
                body.Append($"<path class=\"line\" d=\"M{Left - 40} {y}H{end + 8}\"/><text class=\"ruler\" x=\"{end + 12}\" y=\"{y + 12}\">cache line {row.Offset / LayoutRow.CacheLine}</text>\n");
            }
            y += height;
        }
        return y + Gap;
    }

    private static void Cell(StringBuilder body, LayoutRow row, LayoutCell cell, int y, int height)
    {
        var (x, width) = (Left + (cell.Column * ByteWidth), cell.Size * ByteWidth);
        var kind = cell.Field switch
        {
            null => "hole",
            { Reserved: true } => "reserved",
            { Line: "kernel" or "user" } field => field.Line,
            _ => "field",
        };
        var label = row.Rows > 1 ? $"{cell.Label}, {row.Rows * LayoutRow.Bytes} bytes" : cell.Label;
        var about = cell.Field is { } named ? $"offset {cell.Offset}: {named.Type} {named.Name}: {named.Doc}" : $"offset {cell.Offset}: {cell.Size} bytes of padding";
        var room = (width - 8) / 7;
        body.Append($"<g><title>{Escaped(about)}</title><rect class=\"{kind}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
        body.Append($"<text x=\"{x + 5}\" y=\"{y + (height / 2) + 4}\">{Escaped(label.Length <= room ? label : label[..room])}</text></g>\n");
    }

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
