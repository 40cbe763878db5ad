using AioV2.Kernel.Engines.Simulated;
using AioV2.Kernel.Memory;
using AioV2.Kernel.Tracing;

namespace AioV2.Kernel;

/// <summary>What an embedded kernel is made of; every property has a working default.</summary>
public sealed record KernelOptions
{
    /// <summary>The engine wanted; <see cref="EngineKind.Auto"/> takes the fastest that works here.</summary>
    public EngineKind Engine { get; init; } = EngineKind.Auto;

    /// <summary>How user memory is touched.</summary>
    public UserMemoryPolicy Policy { get; init; } = UserMemoryPolicy.Checked;

    /// <summary>Slots that all contexts of this kernel may have together; more is <c>-EAGAIN</c> (SETUP-6).</summary>
    public ulong ReqsCeiling { get; init; } = 16 << 20;

    /// <summary>Seed of the simulated engine, where <see cref="Simulation"/> is not given.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Faults and delays of the simulated engine; null: none, in an order that <see cref="Seed"/> chooses.</summary>
    public SimulationOptions? Simulation { get; init; }

    /// <summary>Where contexts tell what happens to them, or null.</summary>
    public KernelTrace? Trace { get; init; }

    /// <summary>Most worker threads of the threads engine. They are started one by one, as work finds none idle.</summary>
    public int MaxWorkers { get; init; } = Math.Max(4, Math.Min(64, Environment.ProcessorCount * 8));
}
