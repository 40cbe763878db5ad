using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Drawing;

/// <summary>Eight bytes of a struct, or several such rows that one field fills.</summary>
/// <param name="Offset">Bytes from the start of the struct, a multiple of 8.</param>
/// <param name="Cells">From left to right.</param>
/// <param name="Rows">Rows of eight bytes that this one stands for.</param>
public sealed record LayoutRow(int Offset, IReadOnlyList<LayoutCell> Cells, int Rows)
{
    /// <summary>Bytes in a row.</summary>
    public const int Bytes = 8;

    /// <summary>Bytes that move between caches together.</summary>
    public const int CacheLine = 64;

    /// <summary>Whether a cache line begins here.</summary>
    public bool StartsCacheLine => Offset % CacheLine == 0;

    /// <summary>The rows of a struct. What a field fills from its second row on is one row, up to the end of the cache line.</summary>
    public static IReadOnlyList<LayoutRow> Of(StructLayout layout)
    {
        var cells = layout.Fields.Select(place => (place.Offset, place.Size, (FieldDef?)place.Field))
            .Concat(layout.Holes.Select(hole => (hole.Offset, hole.Size, (FieldDef?)null)))
            .OrderBy(part => part.Offset).SelectMany(Split).ToList();
        var rows = new List<LayoutRow>();
        foreach (var row in cells.GroupBy(cell => cell.Offset / Bytes))
        {
            var offset = row.Key * Bytes;
            if (rows.LastOrDefault() is { } last && offset % CacheLine != 0 && Continues(last, row))
                rows[^1] = last with { Rows = last.Rows + 1 };
            else
                rows.Add(new LayoutRow(offset, [.. row], 1));
        }
        return rows;
    }

    private static bool Continues(LayoutRow last, IEnumerable<LayoutCell> row) =>
        last.Cells is [{ Size: Bytes, IsFirst: false } before] && row.First() is { Size: Bytes, IsFirst: false } next && before.Field == next.Field;

    private static IEnumerable<LayoutCell> Split((int Offset, int Size, FieldDef? Field) part)
    {
        for (var at = part.Offset; at < part.Offset + part.Size;)
        {
            var size = Math.Min(Bytes - (at % Bytes), part.Offset + part.Size - at);
            yield return new LayoutCell(at, size, part.Field, at == part.Offset);
            at += size;
        }
    }
}
