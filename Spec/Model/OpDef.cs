namespace AioV2.Spec.Model;

/// <summary>An operation: what it reads of an iocb, and what it takes (SUBMIT-7).</summary>
public sealed class OpDef : ValueDef
{
    /// <summary><c>none</c>, <c>read</c> or <c>write</c>.</summary>
    public required string Direction { get; init; }

    public required bool Vectored { get; init; }

    /// <summary>Fields of the iocb that it reads; every other must be zero (SUBMIT-3).</summary>
    public required IReadOnlyList<SpecName> Uses { get; init; }

    public required IReadOnlyList<SpecName> IocbFlags { get; init; }
    public required IReadOnlyList<SpecName> RwFlags { get; init; }
}
