using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AioV2.Spec.Drawing;
using AioV2.Spec.Layout;
using AioV2.Spec.Parse;
using AioV2.Tests;

namespace AioV2.Spec.Tests.Drawing;

public sealed partial class StructDrawingTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static IReadOnlyList<StructLayout> Layouts { get; } = [.. Repository.Spec.Structs.Select(StructLayout.Of)];

    public static TheoryData<string> Structs => [.. Repository.Spec.Structs.Select(s => s.Name)];

    [Fact]
    public void An_event_is_drawn_as_it_lies_in_memory() => Assert.Equal("""
        struct io_event2: 24 bytes, aligned to 8, 1 cache line, no holes, never grows, heads a record of 'bytes' bytes [RING-3]
        Fixed part of a completion record; attribute returns follow it

          byte 0       1       2       3       4       5       6       7
               +=======+=======+=======+=======+=======+=======+=======+=======+ cache line 0
            0  | bytes u32                     | flags u16     | reserved u16  |
               +-------------------------------+---------------+---------------+
            8  | user_data u64                                                 |
               +---------------------------------------------------------------+
           16  | res s64                                                       |
               +---------------------------------------------------------------+

        offset  size  type  field
             0     4  u32   bytes      The whole record with its returns, a multiple of 8
             4     2  u16   flags      AIO2_EVENT_*
             6     2  u16   reserved   Zero
             8     8  u64   user_data  The iocb's
            16     8  s64   res        Result, or -errno

        """, StructDrawing.Draw(Draw("io_event2")));

    /// <summary>Every byte of a struct is drawn once, at the offset that the drawing's own rulers give it.</summary>
    [Theory, MemberData(nameof(Structs)), Requirement("ABI-1")]
    public void The_rulers_give_each_field_the_offset_that_it_has(string name)
    {
        var layout = Draw(name);
        var drawn = new List<(int Offset, string Name)>();
        foreach (Match row in Row().Matches(StructDrawing.Draw(layout)))
        {
            for (var at = row.Groups["cells"].Index; at < row.Groups["cells"].Index + row.Groups["cells"].Length; at++)
            {
                var column = at - row.Groups["cells"].Index;
                if (row.Groups["cells"].Value[column] != '|')
                    continue;
                Assert.Equal(0, column % 8);
                drawn.Add((int.Parse(row.Groups["offset"].Value) + (column / 8), Label().Match(row.Groups["cells"].Value[(column + 1)..]).Value));
            }
        }
        foreach (var place in layout.Fields)
            Assert.Contains(drawn, cell => cell.Offset == place.Offset && place.Field.Name.StartsWith(cell.Name, StringComparison.Ordinal) && cell.Name.Length > 0);
        Assert.All(drawn, cell => Assert.Contains(layout.Fields, place => place.Offset <= cell.Offset && cell.Offset < place.End && place.Field.Name.StartsWith(cell.Name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Cache_lines_are_ruled_at_every_64_bytes()
    {
        var lines = StructDrawing.Draw(Draw("aio2_ring")).Split('\n').ToList();

        foreach (var (line, offset) in new[] { (0, "    0  |"), (1, "   64  |"), (2, "  128  |"), (3, "  192  |") })
        {
            var ruler = lines.FindIndex(text => text.EndsWith($"cache line {line}", StringComparison.Ordinal));
            Assert.StartsWith("       +===", lines[ruler]);
            Assert.StartsWith(offset, lines[ruler + 1]);
        }
    }

    [Fact]
    public void Holes_are_drawn_and_counted()
    {
        var layout = Holed();

        var text = StructDrawing.Draw(layout);

        Assert.Contains("7 bytes of holes", text);
        Assert.Contains("|/hole 4////////////////////////|", text);
        Assert.Contains("     2     2        (hole)", text);
        Assert.Contains("what a compiler puts before wide", text);
        Assert.Equal(layout.Holes.Count, XDocument.Parse(StructSvg.Draw([layout])).Descendants(Svg + "rect").Count(rect => (string?)rect.Attribute("class") == "hole"));
    }

    /// <summary>The picture is XML, and has a box at the place of each cell, none outside it.</summary>
    [Fact]
    public void The_picture_has_a_box_for_each_cell_and_a_line_for_each_cache_line()
    {
        var picture = XDocument.Parse(StructSvg.Draw(Layouts)).Root!;
        int Number(XElement element, string name) => int.Parse(element.Attribute(name)!.Value);
        var boxes = picture.Descendants(Svg + "g").Elements(Svg + "rect").ToList();

        Assert.Equal(Layouts.Sum(layout => LayoutRow.Of(layout).Sum(row => row.Cells.Count)), boxes.Count);
        Assert.Equal(Layouts.Sum(layout => (layout.Size + 63) / 64), picture.Descendants(Svg + "path").Count(path => (string?)path.Attribute("class") == "line"));
        Assert.All(boxes, box => Assert.True(Number(box, "x") + Number(box, "width") <= Number(picture, "width") && Number(box, "y") + Number(box, "height") <= Number(picture, "height")));
        Assert.All(Repository.Spec.Structs, s => Assert.Contains(picture.Descendants(Svg + "text"), text => text.Value.StartsWith($"struct {s.Name}:", StringComparison.Ordinal)));
    }

    [Fact, Requirement("ABI-1")]
    public void Programs_are_told_what_the_layout_says()
    {
        using var json = JsonDocument.Parse(LayoutJson.Of([.. Layouts, Holed()]));

        Assert.Equal(Layouts.Count + 1, json.RootElement.GetArrayLength());
        foreach (var (told, layout) in json.RootElement.EnumerateArray().Zip([.. Layouts, Holed()]))
        {
            Assert.Equal(layout.Size, told.GetProperty("size").GetInt32());
            Assert.Equal(layout.Fields.Select(f => (f.Field.Name, f.Offset, f.Size)),
                told.GetProperty("fields").EnumerateArray().Select(f => (f.GetProperty("name").GetString()!, f.GetProperty("offset").GetInt32(), f.GetProperty("size").GetInt32())));
            Assert.Equal(layout.Holes.Select(h => h.Offset), told.GetProperty("holes").EnumerateArray().Select(h => h.GetProperty("offset").GetInt32()));
        }
    }

    [Fact]
    public void The_overview_names_everything_and_shows_each_thing_in_full()
    {
        var all = SpecOverview.Of(Repository.Spec);
        foreach (var name in SpecOverview.Names(Repository.Spec))
        {
            Assert.Contains($"\n  {name} ", all);
            Assert.Contains(name.Split('_')[^1], SpecOverview.Of(Repository.Spec, name)!);
        }
        Assert.Equal("AIO2_EVENT_PAD = 2 (u16)\nNot an event: the rest of the ring up to its end [RING-3]\n", SpecOverview.Of(Repository.Spec, "AIO2_EVENT_PAD"));
        Assert.Null(SpecOverview.Of(Repository.Spec, "AIO2_NOTHING"));
    }

    private static StructLayout Draw(string name) => Layouts.Single(layout => layout.Definition.Name == name);

    /// <summary>An iocb whose fields a compiler would have to pad, by 2, 1 and 4 bytes.</summary>
    private static StructLayout Holed()
    {
        var yaml = Encoding.UTF8.GetString(Repository.SpecBytes);
        yaml = yaml.Replace("- {name: flags, type: u16, doc: \"AIO2_IOCB_*\"}", "- {name: small, type: u16, doc: x}\n      - {name: wide, type: u32, doc: x}\n      - {name: flags, type: u8, doc: x}", StringComparison.Ordinal)
            .Replace("      - {name: bytes, type: u32, doc: \"The whole record with its attributes, a multiple of 8\"}\n", "", StringComparison.Ordinal);
        var layout = StructLayout.Of(SpecParser.ParseUnchecked(Encoding.UTF8.GetBytes(yaml), "holes.yaml").Struct("iocb2")!);
        Assert.NotEmpty(layout.Holes);
        return layout;
    }

    [GeneratedRegex(@"^ *(?<offset>\d+)  (?<cells>\|.*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<=^ )\w*")]
    private static partial Regex Label();
}
