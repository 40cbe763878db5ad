namespace AioV2.Spec.Model;

/// <summary>An errno of the ABI, as a positive number.</summary>
public sealed class ErrnoDef : SpecNode
{
    public required string Name { get; init; }
    public required int Value { get; init; }
    public required string Text { get; init; }
}
