using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Run;

/// <summary>Something that an implementation gets wrong, with what shows it.</summary>
/// <param name="Violation">The requirement and the message.</param>
/// <param name="Origin">Where it was found: "random", "wire", or the name of a directed check.</param>
/// <param name="Seed">The seed of the sequence.</param>
/// <param name="Steps">The shrunk sequence; empty for directed checks.</param>
/// <param name="Calls">The sequence as calls with their answers, in C.</param>
public sealed record Finding(Violation Violation, string Origin, ulong Seed, IReadOnlyList<Step> Steps, string Calls)
{
    /// <summary>A C program that makes the same calls; empty for directed checks, whose script is their source.</summary>
    public string Program { get; init; } = Steps.Count > 0 ? CProgram.Of(Steps) : "";

    /// <summary>How often the same was done again, each time in a fresh child; 0 where that was not tried.</summary>
    public int Replays { get; init; }

    /// <summary>In how many of these the same requirement failed again.</summary>
    public int CameAgain { get; init; }
}
