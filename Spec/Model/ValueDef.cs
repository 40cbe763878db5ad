namespace AioV2.Spec.Model;

/// <summary>One named value of a group; its C name is the group's prefix and this name.</summary>
public class ValueDef : SpecNode
{
    public required string Name { get; init; }

    /// <summary>The value itself: for a flag <c>1 &lt;&lt; bit</c>.</summary>
    public required ulong Value { get; init; }

    public required string Doc { get; init; }
    public string? Requirement { get; init; }
}
