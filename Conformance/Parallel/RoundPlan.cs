using AioV2.Abi;

namespace AioV2.Conformance.Parallel;

/// <summary>What one thread does next in a round.</summary>
/// <param name="Kind">The operation.</param>
/// <param name="Context">On which context.</param>
/// <param name="A">Submit: the first request. Cancel, feed: the request. Get: room in bytes. Reap: events at most. Resize: bytes.</param>
/// <param name="B">Submit: how many. Get: min_bytes.</param>
/// <param name="WaitNs">Get: the timeout; -1 for none.</param>
/// <param name="Spins">Empty turns before it, so that threads meet at other places in every round.</param>
public sealed record RoundAction(OperationKind Kind, int Context, int A, int B, long WaitNs, int Spins);

/// <summary>One context of a round.</summary>
/// <param name="Flags">AIO2_SETUP_*.</param>
/// <param name="NrReqs">Slots.</param>
/// <param name="Attributes">Attributes of each request, of types that nobody knows: 16 bytes of its event each.</param>
/// <param name="Pipes">For each request the pipe it reads, or -1 where it is a NOP.</param>
public sealed record ContextPlan(uint Flags, int NrReqs, int Attributes, IReadOnlyList<int> Pipes)
{
    /// <summary>Bytes of each event.</summary>
    public int EventBytes => IoEvent2.SizeOf + (Attributes * Aio2AttrRet.SizeOf);

    /// <summary>Bytes of each iocb.</summary>
    public int IocbBytes => Iocb2.SizeOf + (Attributes * Aio2Attr.SizeOf);

    /// <summary>Whether the ring is shared.</summary>
    public bool IsShared => (Flags & Aio2Setup.UserReap) != 0;

    /// <summary>What the rules need to know.</summary>
    public ContextFacts Facts => new(NrReqs, IsShared ? RoundPlan.MostRingBytes / EventBytes : 0, EventBytes,
        Pipes.Select((pipe, i) => pipe >= 0 ? 1ul << i : 0).Aggregate(0ul, (a, b) => a | b));
}

/// <summary>One round: contexts, and a script for each thread; all of it follows from the seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Contexts">The contexts.</param>
/// <param name="Threads">The scripts of threads 1 and up; thread 0 ends the round.</param>
public sealed record RoundPlan(ulong Seed, IReadOnlyList<ContextPlan> Contexts, IReadOnlyList<IReadOnlyList<RoundAction>> Threads)
{
    /// <summary>Bytes of the ring that a context begins with.</summary>
    public const int RingBytes = 4096;

    /// <summary>Bytes of the largest ring that it may move to.</summary>
    public const int MostRingBytes = 8192;

    /// <summary>The user_data of a request: its round, its context, its number.</summary>
    public ulong UserDataOf(int context, int request) => (Seed << 16) | ((ulong)context << 8) | (uint)request;

    /// <summary>The number of a request of a context, or -1 where that has no such user_data.</summary>
    public int RequestOf(int context, ulong userData)
    {
        int request = (int)(userData & 0xff);
        return request < Contexts[context].Pipes.Count && UserDataOf(context, request) == userData ? request : -1;
    }
}
