namespace AioV2.Attributes.Pi;

/// <summary>What the reference tag means, by T10's numbers (ATTR-8).</summary>
public enum PiType
{
    /// <summary>The low bits of the interval's address: seed and one more for each interval.</summary>
    Type1 = 1,

    /// <summary>As type 1, from a seed that the request chooses.</summary>
    Type2 = 2,

    /// <summary>Opaque: the seed in every tuple, never checked, and part of the escape.</summary>
    Type3 = 3,
}
