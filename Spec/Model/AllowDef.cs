namespace AioV2.Spec.Model;

/// <summary>An exception from a rule of lint for the declaration that it stands in; lint refuses one that is not needed.</summary>
public sealed class AllowDef : SpecNode
{
    /// <summary>Id of the rule, e.g. <c>no-size</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>Why the rule's reason does not hold here.</summary>
    public required string Why { get; init; }
}
