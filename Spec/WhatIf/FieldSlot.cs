using AioV2.Spec.Model;

namespace AioV2.Spec.WhatIf;

/// <summary>Where a field could be added to a struct.</summary>
/// <param name="Index">The field that it would stand before; the number of fields for the end.</param>
/// <param name="FromReserved">Whether it would take its bytes from that field, which is reserved, and move nothing while they suffice.</param>
public readonly record struct FieldSlot(int Index, bool FromReserved)
{
    /// <summary>Every place in a struct, from its first byte to its end.</summary>
    public static IEnumerable<FieldSlot> Of(StructDef definition)
    {
        for (var i = 0; i < definition.Fields.Count; i++)
        {
            yield return new FieldSlot(i, false);
            if (definition.Fields[i].Reserved)
                yield return new FieldSlot(i, true);
        }
        yield return new FieldSlot(definition.Fields.Count, false);
    }
}
