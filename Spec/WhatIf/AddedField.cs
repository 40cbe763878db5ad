using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.WhatIf;

/// <summary>A struct with one field more, as a designer would write it into the spec: the struct's stated size follows.</summary>
/// <remarks>
/// The field is called <c>added</c>, and goes the way and is written by the side that its neighbour is. What it
/// leaves of reserved bytes stays reserved under the old name.
/// </remarks>
internal static class AddedField
{
    private const string Name = "added", Doc = "What is asked about", Filler = "reserved_added", FillerDoc = "Zero";

    /// <summary>Makes the struct; with <paramref name="fill"/> every hole becomes a reserved field.</summary>
    public static StructDef To(StructDef definition, FieldSlot slot, FieldType type, bool fill)
    {
        List<FieldDef> fields = [.. definition.Fields];
        var at = slot.Index < fields.Count ? fields[slot.Index] : null;
        var added = Make(definition, at, 1, Free(fields, Name), type, Doc, reserved: false);
        if (slot.FromReserved)
        {
            fields.RemoveAt(slot.Index);
            if (at!.Type.Bytes > type.Bytes)
                fields.Insert(slot.Index, Make(definition, at, 2, at.Name, Reserved(at.Type.Bytes - type.Bytes), at.Doc, reserved: true));
        }
        fields.Insert(slot.Index, added);
        if (fill)
            Fill(definition, fields);
        return definition.With(fields, Layout(definition, fields).Size);
    }

    private static StructLayout Layout(StructDef definition, List<FieldDef> fields) => StructLayout.Of(definition.With([.. fields], 0));

    private static void Fill(StructDef definition, List<FieldDef> fields)
    {
        foreach (var hole in Layout(definition, fields).Holes)
        {
            var at = hole.Before is { } before ? fields.IndexOf(before) : fields.Count;
            fields.Insert(at, Make(definition, hole.Before, 3, Free(fields, Filler), Reserved(hole.Size), FillerDoc, reserved: true));
        }
    }

    /// <summary>A field before another one of the file, or at the end: findings come in the order of places, so it has one between the lines.</summary>
    private static FieldDef Make(StructDef definition, FieldDef? before, int column, string name, FieldType type, string doc, bool reserved)
    {
        var neighbour = before ?? (definition.Fields.Count > 0 ? definition.Fields[^1] : null);
        return new FieldDef
        {
            At = before is null ? new SpecPosition(neighbour?.At.Line ?? definition.At.Line, int.MaxValue - 8 + column) : before.At with { Column = column },
            Keys = new Dictionary<string, SpecPosition>(), Name = name, Type = type, Doc = doc, Reserved = reserved,
            Direction = neighbour?.Direction, Line = neighbour?.Line,
        };
    }

    private static string Free(List<FieldDef> fields, string name)
    {
        var free = name;
        for (var i = 2; fields.Any(f => f.Name == free); i++)
            free = $"{name}{i}";
        return free;
    }

    /// <summary>Reserved bytes of the widest type that makes them up.</summary>
    private static FieldType Reserved(int bytes)
    {
        var scalar = (bytes % 8, bytes % 4, bytes % 2) switch
        {
            (0, _, _) => ScalarType.U64,
            (_, 0, _) => ScalarType.U32,
            (_, _, 0) => ScalarType.U16,
            _ => ScalarType.U8,
        };
        var count = bytes / scalar.Bytes();
        return new FieldType(scalar, count, IsArray: count > 1);
    }
}
