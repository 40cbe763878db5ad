using AioV2.Spec.Model;

namespace AioV2.Spec.Layout;

/// <summary>Bytes that a C compiler would insert; the ABI has none (ABI-1).</summary>
/// <param name="Offset">Bytes from the start of the struct.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Before">The field whose alignment asks for it, or null at the struct's end.</param>
public readonly record struct Hole(int Offset, int Size, FieldDef? Before);
