namespace AioV2.Spec.Model;

/// <summary>A stable reason code of <c>aio2_extack</c>; <see cref="ValueDef.Doc"/> is its one-line text (SUBMIT-5).</summary>
public sealed class ReasonDef : ValueDef
{
    /// <summary>The errno that goes with it, or null for the code that means nothing was refused.</summary>
    public required SpecName? Errno { get; init; }
}
