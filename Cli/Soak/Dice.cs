namespace AioV2.Cli.Soak;

/// <summary>Numbers that follow from a seed: splitmix64.</summary>
internal struct Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Dice of one actor of one episode of one run.</summary>
    public static Dice For(ulong seed, long episode, int actor)
    {
        var mixed = new Dice(seed);
        var run = mixed.Next();
        mixed = new Dice(run ^ (ulong)episode);
        return new Dice(mixed.Next() + ((ulong)actor * 0x9e3779b97f4a7c15ul));
    }

    public ulong Next()
    {
        var z = _state += 0x9e3779b97f4a7c15ul;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ul;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebul;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to below <paramref name="end"/>.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    public T Of<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];
}
