namespace AioV2.Spec.Model;

/// <summary>A requirement's id, which it keeps for ever, and its title; the text stands in <c>io_setup2.md</c>.</summary>
public sealed class RequirementDef : SpecNode
{
    public required string Id { get; init; }
    public required string Title { get; init; }
}
