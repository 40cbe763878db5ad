namespace AioV2.Kernel;

/// <summary>Which engine runs the I/O behind the calls.</summary>
public enum EngineKind
{
    /// <summary>The fastest that works here.</summary>
    Auto,

    /// <summary>A pool of threads that make the ordinary blocking calls; works everywhere.</summary>
    Threads,

    /// <summary>One io_uring shared by all contexts.</summary>
    IoUring,

    /// <summary>A seeded, deterministic scheduler with faults, for tests.</summary>
    Simulated,
}
