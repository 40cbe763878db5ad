namespace AioV2.Spec.Model;

/// <summary>The format of recorded traces: which records there are, and their fields.</summary>
public sealed class TraceDef : SpecNode
{
    /// <summary>First field of every file's first record.</summary>
    public required string Format { get; init; }

    public required int Version { get; init; }
    public required string CSharp { get; init; }
    public required string Doc { get; init; }
    public required IReadOnlyList<TraceRecordDef> Records { get; init; }
}
