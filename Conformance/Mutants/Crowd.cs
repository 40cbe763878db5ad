using System.Collections.Concurrent;

namespace AioV2.Conformance.Mutants;

/// <summary>How many callers stand in a call on one context.</summary>
internal sealed class Crowd
{
    private readonly ConcurrentDictionary<uint, StrongBox> _inside = new();

    /// <summary>Comes in; returns how many are inside now.</summary>
    public int Enter(uint ctx) => Interlocked.Increment(ref _inside.GetOrAdd(ctx, _ => new StrongBox()).Count);

    /// <summary>Goes out; returns how many were inside, itself too.</summary>
    public int Leave(uint ctx) => Interlocked.Decrement(ref _inside[ctx].Count) + 1;

    private sealed class StrongBox
    {
        public int Count;
    }
}
