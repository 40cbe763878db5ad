using AioV2.Abi;

namespace AioV2.Conformance.Model;

/// <summary>Why the model lets a record be refused: the reason, where it stands, and the requirement that says so.</summary>
/// <remarks><c>FieldOffset</c> counts from the record's start; -1 where the ABI does not name one field.</remarks>
public readonly record struct Refusal(uint Reason, int FieldOffset, string Requirement)
{
    /// <summary>The errno, positive.</summary>
    public int Errno => Aio2Reason.ErrnoOf(Reason);
}
