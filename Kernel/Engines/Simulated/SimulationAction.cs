namespace AioV2.Kernel.Engines.Simulated;

/// <summary>What one step of the simulated engine did to a request.</summary>
public enum SimulationAction
{
    /// <summary>The real call, to its end.</summary>
    Run,

    /// <summary>The real call for some of the bytes.</summary>
    Short,

    /// <summary>It failed with -EIO.</summary>
    Eio,

    /// <summary>It failed with -ENOSPC.</summary>
    Enospc,

    /// <summary>It was interrupted, and is tried again later.</summary>
    Eintr,

    /// <summary>Its stream was not ready; it waits.</summary>
    Blocked,
}
