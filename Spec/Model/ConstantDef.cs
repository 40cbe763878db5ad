namespace AioV2.Spec.Model;

/// <summary>A limit or a magic number, with its full C name.</summary>
public sealed class ConstantDef : SpecNode
{
    public required string Name { get; init; }
    public required ScalarType Type { get; init; }
    public required ulong Value { get; init; }
    public required string Doc { get; init; }
    public string? Requirement { get; init; }
}
