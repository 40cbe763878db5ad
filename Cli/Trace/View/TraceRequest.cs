namespace AioV2.Cli.Trace.View;

/// <summary>One request's life as a trace tells it. Times are nanoseconds since the trace's start; -1 where it tells none.</summary>
internal sealed class TraceRequest(int context, ulong id, long submit)
{
    public const long Unknown = -1;

    /// <summary>Index of its context in the trace.</summary>
    public int Context { get; } = context;

    /// <summary>Its number in the context.</summary>
    public ulong Id { get; } = id;

    public long Submit { get; } = submit;

    public long Issued { get; set; } = Unknown;

    public long Completed { get; set; } = Unknown;

    /// <summary>When its event was in the ring.</summary>
    public long InRing { get; set; } = Unknown;

    public long Reaped { get; set; } = Unknown;

    /// <summary>Ring position behind its event.</summary>
    public ulong Position { get; set; }

    /// <summary>The iocb with its attributes, as submitted; empty where the trace lost it.</summary>
    public ReadOnlyMemory<byte> Iocb { get; set; }

    /// <summary>The event with its returns; empty where it was not seen.</summary>
    public ReadOnlyMemory<byte> Event { get; set; }
}
