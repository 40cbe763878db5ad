namespace AioV2.Bench.Harness;

/// <summary>What became of a row.</summary>
public enum RowStatus
{
    /// <summary>Both sides were measured.</summary>
    Measured,

    /// <summary>Our side is not built yet.</summary>
    Pending,

    /// <summary>The peer cannot be had here.</summary>
    PeerMissing,

    /// <summary>What it measures does not exist on this machine.</summary>
    NotApplicable,

    /// <summary>A side went wrong.</summary>
    Failed,
}
