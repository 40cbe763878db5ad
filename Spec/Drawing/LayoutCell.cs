using AioV2.Spec.Model;

namespace AioV2.Spec.Drawing;

/// <summary>What of a field lies in one row of eight bytes.</summary>
/// <param name="Offset">Bytes from the start of the struct.</param>
/// <param name="Size">Bytes, 1 to 8.</param>
/// <param name="Field">The field, or null for a hole.</param>
/// <param name="IsFirst">Whether the field, or the hole, begins here.</param>
public readonly record struct LayoutCell(int Offset, int Size, FieldDef? Field, bool IsFirst)
{
    /// <summary>Place in the row, 0 to 7.</summary>
    public int Column => Offset % LayoutRow.Bytes;

    /// <summary>What stands in the cell: name and type, or what a hole is.</summary>
    public string Label => Field is null ? $"hole {Size}" : IsFirst ? $"{Field.Name} {Field.Type}" : Field.Name;
}
