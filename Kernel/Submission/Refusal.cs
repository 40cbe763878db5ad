using AioV2.Abi;

namespace AioV2.Kernel.Submission;

/// <summary>Why a record is refused and where: what <c>ext</c> will say (SUBMIT-5). Errno 0: it is not.</summary>
internal readonly record struct Refusal(int Errno, uint Reason, int FieldOffset)
{
    public static Refusal None => default;

    /// <summary>Memory for the judging itself is out.</summary>
    public static Refusal NoMemory => new(Abi.Errno.ENOMEM, Aio2Reason.NoMemory, 0);

    /// <summary>Whether SUBMIT_ALL cannot turn it into an event: bad framing, memory, no slot.</summary>
    public bool StopsTheRun => Reason is Aio2Reason.RecordTooShort or Aio2Reason.RecordUnaligned or Aio2Reason.RecordTruncated
        or Aio2Reason.RecordTooLong or Aio2Reason.MemoryFault or Aio2Reason.NoSlot or Aio2Reason.NoMemory;
}
