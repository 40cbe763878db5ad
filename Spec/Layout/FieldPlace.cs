using AioV2.Spec.Model;

namespace AioV2.Spec.Layout;

/// <summary>Where a field lies: bytes from the start of its struct.</summary>
public readonly record struct FieldPlace(FieldDef Field, int Offset)
{
    /// <summary>Bytes of the field.</summary>
    public int Size => Field.Type.Bytes;

    /// <summary>The first byte behind the field.</summary>
    public int End => Offset + Size;
}
