namespace AioV2.Conformance.Generate;

/// <summary>A small, fast stream of random numbers from one seed (SplitMix64).</summary>
public struct Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        return Mix(_state);
    }

    /// <summary>Another 64 bits for each 64, near or far from those of its neighbours by chance.</summary>
    public static ulong Mix(ulong bits)
    {
        bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
        return bits ^ bits >> 31;
    }

    /// <summary>A number from 0 to <paramref name="below"/> - 1.</summary>
    public int Below(int below) => (int)(Next() % (uint)below);

    /// <summary>True in so many of a hundred cases.</summary>
    public bool Percent(int percent) => Below(100) < percent;

    /// <summary>One of these.</summary>
    public T Of<T>(params ReadOnlySpan<T> values) => values[Below(values.Length)];
}
