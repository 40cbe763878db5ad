namespace AioV2.Spec.Model;

/// <summary>One of the calls.</summary>
public sealed class CallDef : SpecNode
{
    public required string Name { get; init; }

    /// <summary>Name of the member of <c>IAio2</c>.</summary>
    public required string CSharp { get; init; }

    public required string Doc { get; init; }

    /// <summary>What a return of 0 or more means.</summary>
    public required string Returns { get; init; }

    public required IReadOnlyList<ArgDef> Args { get; init; }

    /// <summary>In the order in which they are tested (ERR-1).</summary>
    public required IReadOnlyList<CallErrorDef> Errors { get; init; }
}
