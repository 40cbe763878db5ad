using AioV2.Kernel.Engines.IoUring;
using AioV2.Kernel.Engines.Simulated;
using AioV2.Kernel.Engines.Threads;

namespace AioV2.Kernel.Engines;

/// <summary>Takes the engine that the options ask for, or the fastest that works here.</summary>
internal static class EngineChoice
{
    /// <summary>The engine, and what there is to say of each.</summary>
    /// <exception cref="NotSupportedException">The one asked for does not work here.</exception>
    public static (IEngine Engine, IReadOnlyList<EngineReport> Reports) Make(KernelOptions options)
    {
        IoUringEngine? uring = null;
        var why = "";
        if (options.Engine is EngineKind.Auto or EngineKind.IoUring)
        {
            uring = IoUringEngine.TryCreate(options.MaxWorkers, out why);
        }

        if (options.Engine == EngineKind.IoUring && uring is null)
        {
            throw new NotSupportedException($"io_uring does not work here: {why}");
        }

        IEngine engine = options.Engine switch
        {
            EngineKind.Simulated => new SimulatedEngine(options.Simulation ?? new SimulationOptions { Seed = options.Seed }),
            EngineKind.Threads => new ThreadsEngine(options.MaxWorkers),
            _ => uring is not null ? uring : new ThreadsEngine(options.MaxWorkers),
        };

        // An engine that was not wanted is looked at once in the process.
        var (isUsable, whyUring) = why.Length != 0 ? (uring is not null, why) : Unasked.Value;
        return (engine,
        [
            new EngineReport("io_uring", isUsable, engine == uring, whyUring),
            new EngineReport("threads", true, engine is ThreadsEngine, isUsable || engine is not ThreadsEngine ? "works everywhere" : "chosen: io_uring does not work"),
            new EngineReport("simulated", true, engine is SimulatedEngine, "for tests, when asked for"),
        ]);
    }

    private static readonly Lazy<(bool IsUsable, string Why)> Unasked = new(static () =>
    {
        using var uring = IoUringEngine.TryCreate(1, out var why);
        return (uring is not null, why);
    });
}
