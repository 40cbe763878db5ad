namespace AioV2.Spec.Model;

/// <summary>An attribute of the catalogue: its payloads and what it fits (ATTR-7).</summary>
public sealed class AttrDef : ValueDef
{
    /// <summary>Struct of the payload, or null for none.</summary>
    public required SpecName? In { get; init; }

    /// <summary>Struct of the return's payload, or null for none.</summary>
    public required SpecName? Out { get; init; }

    /// <summary>Operations that it fits; null means all.</summary>
    public required IReadOnlyList<SpecName>? Opcodes { get; init; }

    /// <summary>The feature bit that says it is offered, or null.</summary>
    public required SpecName? Feature { get; init; }
}
