namespace AioV2.Bench.Harness;

/// <summary>What a row compares, always as ours over the peer's.</summary>
public enum Quantity
{
    /// <summary>Operations a second; more is better.</summary>
    Rate,

    /// <summary>Nanoseconds an operation; less is better.</summary>
    Time,

    /// <summary>Nanoseconds within which 99 of 100 operations ended; less is better.</summary>
    P99,

    /// <summary>Bytes an operation; less is better.</summary>
    Bytes,
}
