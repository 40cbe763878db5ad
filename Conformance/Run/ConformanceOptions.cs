using AioV2.Conformance.Record;

namespace AioV2.Conformance.Run;

/// <summary>What a run is made of.</summary>
public sealed record ConformanceOptions
{
    /// <summary>Where all random numbers come from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Random sequences to run, unless the time is over before.</summary>
    public int Runs { get; init; } = 2000;

    /// <summary>When the random part ends, from the start of the run, what is kept for parallel rounds included; directed and wire checks are all made.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(30);

    // Each needs some 15 MB for what it shares with its judge.
    private const int MostOfItself = 16;

    /// <summary>Children that <c>aio2 conform</c> starts for the random part where nothing is said. More than processors: a third of its time
    /// a child sleeps, in waits that must end by their timeout, and while threads of the implementation finish what it destroys.</summary>
    public static int UsualJobs => Math.Min(Environment.ProcessorCount * 3 / 2, MostOfItself);

    /// <summary>The largest number of children that can be asked for.</summary>
    public const int LimitOfJobs = 256;

    /// <summary>Children that make random sequences at the same time, each with its own instance of the implementation.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>How much of that time is kept for parallel rounds.</summary>
    public TimeSpan ParallelTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The seed of a parallel round that alone is run, over and over, as a finding tells it; or null.</summary>
    public ulong? Round { get; init; }

    /// <summary>Steps of a sequence at most.</summary>
    public int Length { get; init; } = 40;

    /// <summary>The longest that one call may take before it hangs.</summary>
    public TimeSpan CallLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest that shrinking one finding goes on.</summary>
    public TimeSpan ShrinkLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a finding of the wire level or of a random sequence is made smaller before it is told.</summary>
    public bool Shrinks { get; init; } = true;

    /// <summary>How often a finding is tried again, each time in a fresh child; 0 for not at all.</summary>
    public int Replays { get; init; } = 5;

    /// <summary>Names of the directed checks that are made, and nothing else; null: all, and the rest of the suite.</summary>
    public IReadOnlySet<string>? Checks { get; init; }

    /// <summary>Findings after which a run ends.</summary>
    public int MostFindings { get; init; } = 5;

    /// <summary>Ids, or the words before their dash, that findings and checks are limited to; empty: all.</summary>
    public IReadOnlyList<string> Requirements { get; init; } = [];

    /// <summary>This part of the work, from 1.</summary>
    public int Shard { get; init; } = 1;

    /// <summary>Parts that the work is divided into.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Where judged sequences are recorded, or null.</summary>
    public SequenceRecorder? Recorder { get; init; }

    /// <summary>Where progress is told, or null.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Ends the run at once, without a verdict.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Whether a requirement is asked for.</summary>
    public bool Wants(string id) => Requirements.Count == 0
        || Requirements.Any(r => id.Equals(r, StringComparison.OrdinalIgnoreCase) || id.StartsWith(r + "-", StringComparison.OrdinalIgnoreCase));
}
