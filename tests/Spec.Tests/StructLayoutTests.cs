using System.Text;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Spec.Tests;

[Requirement("ABI-1")]
public sealed class StructLayoutTests
{
    private static readonly string[] Types = ["u8", "u16", "u32", "s32", "u64", "s64", "u8[3]", "u16[5]", "u64[2]"];

    [Fact]
    public void Holes_are_where_a_compiler_would_pad()
    {
        var layout = Layout("u8", "u64", "u16");

        Assert.Equal([0, 8, 16], layout.Fields.Select(f => f.Offset));
        Assert.Equal([(1, 7), (18, 6)], layout.Holes.Select(h => (h.Offset, h.Size)));
        Assert.Equal((24, 8), (layout.Size, layout.Alignment));
        Assert.Null(layout.Holes[1].Before);
    }

    [Fact]
    public void Fields_and_holes_tile_every_struct() => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithReplay(2026, 11).WithMaxTest(100),
        Prop.ForAll(Gen.Elements(Types).NonEmptyListOf().ToArbitrary(), types =>
        {
            var layout = Layout([.. types]);
            var parts = layout.Fields.Select(f => (f.Offset, f.Size)).Concat(layout.Holes.Select(h => (h.Offset, h.Size))).OrderBy(p => p.Offset);
            var end = parts.Aggregate(0, (at, part) => part.Offset == at ? at + part.Size : -1);
            return end == layout.Size
                && layout.Size % layout.Alignment == 0
                && layout.Fields.All(f => f.Offset % f.Field.Type.Scalar.Bytes() == 0)
                && layout.Holes.All(h => h.Size < 8);
        }));

    /// <summary>Layout is of the form alone: a spec that lint or diff looks at may have holes.</summary>
    private static StructLayout Layout(params string[] types)
    {
        var fields = string.Concat(types.Select((type, i) => $"      - {{name: f{i}, type: \"{type}\", doc: x}}\n"));
        var text = Encoding.UTF8.GetString(Repository.SpecBytes).Replace("\nstructs:\n",
            $"\nstructs:\n  - name: probe\n    size: 8\n    grows: never\n    doc: x\n    requirement: ABI-1\n    fields:\n{fields}");
        return StructLayout.Of(SpecParser.ParseUnchecked(Encoding.UTF8.GetBytes(text), "probe.yaml").Structs[0]);
    }
}
