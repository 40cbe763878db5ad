namespace AioV2.Conformance.Run;

/// <summary>What became of one requirement.</summary>
public enum Outcome
{
    /// <summary>No check reached it, or what it needs is not offered.</summary>
    NotExercised,

    /// <summary>Every check that reached it held.</summary>
    Passed,

    /// <summary>A check did not hold.</summary>
    Failed,
}
