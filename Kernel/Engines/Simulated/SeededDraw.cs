namespace AioV2.Kernel.Engines.Simulated;

/// <summary>Numbers that follow from a seed, a request's number and its attempt, and from nothing else (SplitMix64).</summary>
/// <remarks>So what happens to a request does not depend on which thread stepped, or on who else was in flight.</remarks>
internal struct SeededDraw(ulong seed, ulong request, uint attempt)
{
    private ulong _state = Mix(Mix(seed) + request) + attempt;

    public ulong Next() => Mix(_state += 0x9e3779b97f4a7c15);

    /// <summary>From 0 to below <paramref name="bound"/>, which is not 0.</summary>
    public ulong Below(ulong bound) => Next() % bound;

    /// <summary>True with a probability.</summary>
    public bool Happens(double rate) => (Next() >> 11) * (1.0 / (1ul << 53)) < rate;

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
