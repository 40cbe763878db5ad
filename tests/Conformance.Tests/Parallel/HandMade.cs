using AioV2.Conformance.Linearize;
using AioV2.Conformance.Parallel;

namespace AioV2.Conformance.Tests.Parallel;

/// <summary>Short ways to write histories down.</summary>
internal static class HandMade
{
    /// <summary>Requests 0 to 5 are NOPs, 6 and up read pipes; events of 24 bytes.</summary>
    public static ContextFacts Shared(int slots = 8) => new(slots, RingEvents: 4, EventBytes: 24, BlockedReads: ~0ul << 6);

    /// <summary>The same with a private ring.</summary>
    public static ContextFacts Private(int slots = 8) => Shared(slots) with { RingEvents = 0 };

    /// <summary>A thread does something from one stamp to another.</summary>
    public static Interval<Atom> T(int thread, long invoke, long @return, params Atom[] steps) => new(thread, invoke, @return, steps);

    /// <summary>io_submit2 that accepts these.</summary>
    public static Atom[] Submit(params int[] requests) => [new(AtomKind.Enter), .. requests.Select(r => new Atom(AtomKind.Accept, r))];

    /// <summary>io_getevents2 that gives these; reads end with 8, NOPs with 0.</summary>
    public static Atom[] Get(params int[] requests) => [new(AtomKind.Enter), .. requests.Select(r => new Atom(AtomKind.Take, r, r >= 6 ? 8 : 0))];

    /// <summary>The event of a NOP, taken from the ring's memory.</summary>
    public static Atom Reap(int request, ulong head) => new(AtomKind.RingTake, request, 0, head, head + 24);

    /// <summary>A reaper finds the ring empty.</summary>
    public static Atom Empty(ulong head) => new(AtomKind.Empty, A: head);

    /// <summary>Flags and tail of a ring.</summary>
    public static Atom Look(uint flags, ulong tail, uint ring = 0) => new(AtomKind.Look, A: flags, B: tail, C: ring);

    /// <summary>Any other step.</summary>
    public static Atom A(AtomKind kind, int request = -1, long res = 0, ulong a = 0, ulong b = 0) => new(kind, request, res, a, b);

    /// <summary>io_destroy2 that says 0.</summary>
    public static Atom[] Destroy() => [new(AtomKind.Kill), new(AtomKind.Ended)];

    /// <summary>What the search says.</summary>
    public static SearchOutcome Judge(ContextFacts facts, params Interval<Atom>[] history) => History.Search(facts, history);
}
