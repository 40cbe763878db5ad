using AioV2.Abi;
using AioV2.Kernel;

namespace AioV2.Cli.Soak;

/// <summary>What happens in one episode: it follows from seed and number alone.</summary>
internal sealed record EpisodePlan
{
    /// <summary>Episodes that share a kernel.</summary>
    public const int PerKernel = 32;

    private static readonly WayOut[] Ways = [WayOut.Exit, WayOut.ExitNow, WayOut.Kill, WayOut.Exec, WayOut.Exec];

    private static readonly EngineKind[] Engines = [EngineKind.Threads, EngineKind.IoUring, EngineKind.Simulated];

    /// <summary>Flags of io_setup2; RING_FD and RING_ADDR choose whose memory the ring is.</summary>
    public uint Flags { get; private init; }

    public uint RingBytes { get; private init; }

    public uint NrReqs { get; private init; }

    /// <summary>Threads that submit and reap.</summary>
    public int Callers { get; private init; }

    /// <summary>Steps of each.</summary>
    public int CallerSteps { get; private init; }

    /// <summary>A thread writes over all of the ring that the user can write.</summary>
    public bool ScribblesRing { get; private init; }

    /// <summary>A thread writes over the iocbs while they are submitted.</summary>
    public bool ScribblesIocbs { get; private init; }

    /// <summary>A thread protects and moves the buffers.</summary>
    public bool MovesBuffers { get; private init; }

    /// <summary>The user's view of the ring is unmapped, protected or replaced.</summary>
    public bool LosesRingView { get; private init; }

    /// <summary>A thread gives the descriptors' numbers to other files.</summary>
    public bool ReusesDescriptors { get; private init; }

    /// <summary>A thread fills and empties the context's eventfd.</summary>
    public bool FillsEventfd { get; private init; }

    /// <summary>A thread makes calls with wild arguments.</summary>
    public bool CallsWildly { get; private init; }

    /// <summary>A thread reaps from the ring.</summary>
    public bool ReapsRing { get; private init; }

    /// <summary>The ring is moved by RESIZE, again and again.</summary>
    public bool MovesRing { get; private init; }

    /// <summary>The context is destroyed in the middle.</summary>
    public bool DestroysEarly { get; private init; }

    /// <summary>How the process ends in the middle, with requests in flight; the soak goes on in the next.</summary>
    public WayOut Leaves { get; private init; }

    /// <summary>Completions run inside the calls only (SETUP-12).</summary>
    public bool IsDeferred => (Flags & Aio2Setup.Defer) != 0;

    /// <summary>Whether the ring is honest to its end: then each request gives exactly one event.</summary>
    public bool IsLedgered => !ScribblesRing && !ScribblesIocbs && !DestroysEarly;

    public bool IsShared => (Flags & Aio2Setup.UserReap) != 0;

    /// <summary>The engine of a kernel's episodes.</summary>
    public static EngineKind EngineOf(SoakOptions options, long episode) => options.Engine switch
    {
        "threads" => EngineKind.Threads,
        "io_uring" => EngineKind.IoUring,
        "simulated" => EngineKind.Simulated,
        _ => Engines[episode / PerKernel % Engines.Length],
    };

    public static EpisodePlan Of(ulong seed, long episode)
    {
        var dice = Dice.For(seed, episode, -1);
        var place = dice.Below(6);
        var isShared = place != 0;
        var scribbles = isShared && dice.OneIn(3);
        var loses = isShared && !scribbles && dice.OneIn(6);
        var defers = !isShared && dice.OneIn(2);
        var fills = !defers && dice.OneIn(3);
        return new EpisodePlan
        {
            Flags = (isShared ? Aio2Setup.UserReap : 0) | (place == 4 ? Aio2Setup.RingFd : place == 5 ? Aio2Setup.RingAddr : 0)
                | (fills || (!defers && dice.OneIn(4)) ? Aio2Setup.Eventfd : 0) | (defers ? Aio2Setup.Defer : 0) | (dice.OneIn(4) ? Aio2Setup.SubmitAll : 0),
            RingBytes = 4096u << dice.Below(4),
            NrReqs = 1u + (uint)dice.Below(dice.OneIn(3) ? 8 : 200),
            Callers = 1 + dice.Below(2),
            CallerSteps = 200 + dice.Below(1500),
            ScribblesRing = scribbles,
            ScribblesIocbs = dice.OneIn(3),
            MovesBuffers = dice.OneIn(3),
            LosesRingView = loses,
            ReusesDescriptors = dice.OneIn(3),
            FillsEventfd = fills,
            CallsWildly = dice.OneIn(3),
            MovesRing = isShared && !loses && dice.OneIn(4),
            ReapsRing = isShared && !loses && !scribbles && dice.OneIn(2),
            DestroysEarly = dice.OneIn(6),
            Leaves = dice.OneIn(12) ? dice.Of(Ways) : WayOut.None,
        };
    }

    public override string ToString() => string.Join(", ", new[]
    {
        $"flags 0x{Flags:x}", $"ring {RingBytes}", $"{NrReqs} requests", $"{Callers} callers of {CallerSteps} steps",
        ScribblesRing ? "scribbles ring" : "", ScribblesIocbs ? "scribbles iocbs" : "", MovesBuffers ? "moves buffers" : "",
        LosesRingView ? "loses ring view" : "", ReusesDescriptors ? "reuses descriptors" : "", FillsEventfd ? "fills eventfd" : "",
        CallsWildly ? "calls wildly" : "", ReapsRing ? "reaps ring" : "", MovesRing ? "moves ring" : "", DestroysEarly ? "destroys early" : "",
        IsDeferred ? "deferred" : "", Leaves != WayOut.None ? $"leaves by {Leaves}" : "",
    }.Where(part => part.Length != 0));
}
