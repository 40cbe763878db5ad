namespace AioV2.Spec.Model;

/// <summary>A field of a struct.</summary>
public sealed class FieldDef : SpecNode
{
    public required string Name { get; init; }
    public required FieldType Type { get; init; }

    /// <summary>The type as it stands, where it is none of the ABI's (<see cref="Type"/> is then the nearest one); else null.</summary>
    public string? RefusedType { get; init; }

    public required string Doc { get; init; }
    public string? Requirement { get; init; }

    /// <summary>Zero in and out (ABI-2).</summary>
    public required bool Reserved { get; init; }

    /// <summary><c>in</c>, <c>out</c>, <c>inout</c>, or null where the struct goes one way.</summary>
    public required string? Direction { get; init; }

    /// <summary>Who writes it, in a struct that several parties share: <c>constants</c>, <c>kernel</c>, <c>user</c> (RING-1).</summary>
    public required string? Line { get; init; }
}
