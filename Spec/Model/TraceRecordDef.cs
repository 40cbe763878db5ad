namespace AioV2.Spec.Model;

/// <summary>One kind of record in a trace.</summary>
public sealed class TraceRecordDef : SpecNode
{
    public required string Name { get; init; }

    /// <summary>First value of such a record.</summary>
    public required int Value { get; init; }

    public required string Doc { get; init; }

    /// <summary>What follows the kind, in this order.</summary>
    public required IReadOnlyList<TraceFieldDef> Fields { get; init; }
}
