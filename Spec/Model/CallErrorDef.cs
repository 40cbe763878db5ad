namespace AioV2.Spec.Model;

/// <summary>When a call returns which <c>-errno</c>.</summary>
public sealed class CallErrorDef : SpecNode
{
    public required SpecName Errno { get; init; }
    public required string When { get; init; }
    public required string Requirement { get; init; }
}
