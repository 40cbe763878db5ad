namespace AioV2.Spec.Model;

/// <summary>A field of a trace's record.</summary>
public sealed class TraceFieldDef : SpecNode
{
    public required string Name { get; init; }

    /// <summary><c>u64</c>, <c>s64</c>, <c>bytes</c>, <c>text</c> or <c>schema</c>.</summary>
    public required string Type { get; init; }

    public required string Doc { get; init; }
}
