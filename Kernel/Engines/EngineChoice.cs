using AioV2.Kernel.Engines.Threads;

namespace AioV2.Kernel.Engines;

/// <summary>Takes the engine that the options ask for, or the fastest that works here.</summary>
internal static class EngineChoice
{
    /// <summary>The engine, and what there is to say of each.</summary>
    /// <exception cref="NotSupportedException">The one asked for does not work here.</exception>
    public static (IEngine Engine, IReadOnlyList<EngineReport> Reports) Make(KernelOptions options)
    {
        if (options.Engine is not (EngineKind.Auto or EngineKind.Threads))
        {
            throw new NotSupportedException($"the engine {options.Engine} is not part of this build");
        }

        var engine = new ThreadsEngine(options.MaxWorkers);
        return (engine, [new EngineReport(engine.Name, true, true, "works everywhere")]);
    }
}
