namespace AioV2.Spec.Model;

/// <summary>A struct of the ABI. Its offsets are worked out by <c>StructLayout</c>.</summary>
public sealed class StructDef : SpecNode
{
    public required string Name { get; init; }

    /// <summary>Bytes, as the spec states them; checked against the fields.</summary>
    public required int Size { get; init; }

    /// <summary>First published size of an extensible struct, bytes, or null (SETUP-3, ATTR-4).</summary>
    public required int? FirstSize { get; init; }

    /// <summary>Whether fields may be appended; a fixed part never grows (ABI-4).</summary>
    public required bool Grows { get; init; }

    /// <summary>Name of the field that counts the whole record, if this is the head of one.</summary>
    public required SpecName? Record { get; init; }

    /// <summary>Name of the field that holds the caller's <c>sizeof</c>, if there is one.</summary>
    public required SpecName? SizeField { get; init; }

    /// <summary>Whether the first field is a magic number.</summary>
    public required bool Magic { get; init; }

    public required string Doc { get; init; }
    public string? Requirement { get; init; }
    public required IReadOnlyList<FieldDef> Fields { get; init; }

    /// <summary>The same struct, in the same place, with other fields and the size that it then states.</summary>
    public StructDef With(IReadOnlyList<FieldDef> fields, int size) => new()
    {
        At = At, Keys = Keys, Allows = Allows, Name = Name, Size = size, FirstSize = FirstSize, Grows = Grows, Record = Record, SizeField = SizeField,
        Magic = Magic, Doc = Doc, Requirement = Requirement, Fields = fields,
    };
}
