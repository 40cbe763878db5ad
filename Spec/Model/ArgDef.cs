namespace AioV2.Spec.Model;

/// <summary>An argument of a call; the type is spelled as the spec has it, e.g. <c>struct aio2_params *</c>.</summary>
public sealed class ArgDef : SpecNode
{
    public required string Name { get; init; }
    public required string Type { get; init; }
    public required string Doc { get; init; }
}
