namespace AioV2.Spec.Model;

/// <summary>Named values that share a C prefix and a C# class.</summary>
public sealed class GroupDef : SpecNode
{
    /// <summary>The spec's own name for the group, e.g. <c>setup_flags</c>.</summary>
    public required string Name { get; init; }

    public required string Prefix { get; init; }
    public required string CSharp { get; init; }
    public required ScalarType Type { get; init; }
    public required GroupKind Kind { get; init; }
    public required string Doc { get; init; }

    /// <summary>What happens to a value that is not known, or null where the group's own text says it.</summary>
    public string? Unknown { get; init; }

    public string? Requirement { get; init; }
    public required IReadOnlyList<ValueDef> Values { get; init; }

    /// <summary>All known bits of a group of flags.</summary>
    public ulong Known => Values.Aggregate(0ul, (mask, value) => mask | value.Value);
}
