namespace AioV2.Conformance.Model;

/// <summary>What the model lets an implementation do with one record of a submission.</summary>
/// <param name="Bytes">Bytes of the record, 0 where its framing is bad.</param>
/// <param name="Refusals">Reasons for which it may be refused.</param>
/// <param name="Request">The request that it becomes where it may be accepted, else null.</param>
public sealed record RecordReading(int Bytes, IReadOnlyList<Refusal> Refusals, ModelRequest? Request)
{
    /// <summary>Whether it may not be accepted.</summary>
    public bool MustBeRefused => Request is null;

    /// <summary>Whether it may not be refused, but for want of a slot.</summary>
    public bool MustBeAccepted => Refusals.Count == 0;

    /// <summary>Whether its framing is bad, which stops a SUBMIT_ALL run too (SUBMIT-1).</summary>
    public bool BadFraming => Bytes == 0;
}
