namespace AioV2.Kernel.Engines.Simulated;

/// <summary>What the simulated engine does to the requests it runs. Rates are probabilities for each attempt, 0 to 1.</summary>
public sealed record SimulationOptions
{
    /// <summary>Everything that is chosen follows from this number and the order of submission.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Attempts that move only a part. On a file the transfer goes on; on a stream the part is the result.</summary>
    public double ShortTransfers { get; init; }

    /// <summary>Attempts that fail with -EIO.</summary>
    public double InputOutputErrors { get; init; }

    /// <summary>Attempts to write a file that fail with -ENOSPC.</summary>
    public double NoSpace { get; init; }

    /// <summary>Attempts that are interrupted before they move anything, and are made again.</summary>
    public double Interruptions { get; init; }

    /// <summary>Shortest and longest delay of an attempt, in nanoseconds of the virtual clock. Requests run in the order of
    /// the times that come out, so that a span orders them anew.</summary>
    public long DelayMin { get; init; }

    /// <inheritdoc cref="DelayMin"/>
    public long DelayMax { get; init; } = 1_000_000;

    /// <summary>Nothing runs but by <see cref="Simulation.Step"/>. Otherwise a thread of the engine's steps on its own.</summary>
    public bool Driven { get; init; }

    /// <summary>Submissions, chosen by the seed, after which the thread that submits steps until nothing can be done, before its call
    /// returns: a share, 0 to 1. It saves the hand-over to the engine's thread, but a submit then waits for a slow file (SUBMIT-6).</summary>
    public double InCaller { get; init; }

    /// <summary>A schedule to repeat: the log of an earlier run. What comes behind its end is chosen anew.</summary>
    public SimulationLog? Replay { get; init; }

    /// <summary>Steps that the log keeps at most, the first ones.</summary>
    public int LogMax { get; init; } = 1 << 20;
}
