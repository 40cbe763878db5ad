namespace AioV2.Conformance.Parallel;

/// <summary>What never changes about one context of a round.</summary>
/// <param name="NrReqs">Slots (RING-9).</param>
/// <param name="RingEvents">Events that its ring can hold at most, of all the rings that it may get; 0 for a private one.</param>
/// <param name="EventBytes">Bytes of each of its events.</param>
/// <param name="BlockedReads">The requests that read a pipe of their own, a bit each; the others are NOPs.</param>
public sealed record ContextFacts(int NrReqs, int RingEvents, int EventBytes, ulong BlockedReads)
{
    /// <summary>Requests of a context in a round at most: one bit each.</summary>
    public const int MostRequests = 64;

    /// <summary>Bytes that a read asks for, and that a feed writes.</summary>
    public const int ReadBytes = 8;

    /// <summary>Whether events are taken from the ring's memory.</summary>
    public bool IsShared => RingEvents > 0;
}
