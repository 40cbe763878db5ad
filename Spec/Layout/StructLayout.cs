using AioV2.Spec.Model;

namespace AioV2.Spec.Layout;

/// <summary>A struct as a C compiler lays it out, every scalar on its natural alignment.</summary>
/// <remarks>
/// 64-bit fields count as 8-aligned everywhere: the header declares them so, because i386 aligns them to 4 on
/// its own (ABI-1). A layout without holes is then the same on every architecture.
/// </remarks>
public sealed class StructLayout
{
    private StructLayout(StructDef definition, IReadOnlyList<FieldPlace> fields, IReadOnlyList<Hole> holes, int size, int alignment)
    {
        Definition = definition;
        Fields = fields;
        Holes = holes;
        Size = size;
        Alignment = alignment;
    }

    /// <summary>What was laid out.</summary>
    public StructDef Definition { get; }

    /// <summary>Fields in their order.</summary>
    public IReadOnlyList<FieldPlace> Fields { get; }

    /// <summary>Bytes between and behind the fields that nobody declared.</summary>
    public IReadOnlyList<Hole> Holes { get; }

    /// <summary>What <c>sizeof</c> gives, bytes.</summary>
    public int Size { get; }

    /// <summary>What <c>_Alignof</c> gives, bytes.</summary>
    public int Alignment { get; }

    /// <summary>Lays a struct out.</summary>
    public static StructLayout Of(StructDef definition)
    {
        var (offset, alignment) = (0, 1);
        var fields = new List<FieldPlace>(definition.Fields.Count);
        var holes = new List<Hole>();
        foreach (var field in definition.Fields)
        {
            var natural = field.Type.Scalar.Bytes();
            alignment = Math.Max(alignment, natural);
            if (Pad(offset, natural) is > 0 and var gap)
            {
                holes.Add(new Hole(offset, gap, field));
                offset += gap;
            }
            fields.Add(new FieldPlace(field, offset));
            offset += field.Type.Bytes;
        }
        if (Pad(offset, alignment) is > 0 and var tail)
            holes.Add(new Hole(offset, tail, null));
        return new StructLayout(definition, fields, holes, offset + Pad(offset, alignment), alignment);
    }

    private static int Pad(int offset, int alignment) => -offset & (alignment - 1);
}
