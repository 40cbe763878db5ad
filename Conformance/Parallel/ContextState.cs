namespace AioV2.Conformance.Parallel;

/// <summary>How far a context's life has come.</summary>
public enum ContextLife : byte
{
    /// <summary>Calls may enter.</summary>
    Alive,

    /// <summary>Destroy has begun: no call enters, those inside may end.</summary>
    Dying,

    /// <summary>Destroy has returned: nothing happens any more.</summary>
    Dead,
}

/// <summary>What the rules remember of one context: sets of requests, a bit each, and what was seen of its ring.</summary>
/// <remarks>When a request completes is nobody's step: it is known only once its event is taken, or shown by io_list2. So the sets say
/// what must have been, and what the implementation is free to choose stays open without a choice in the search.</remarks>
public readonly record struct ContextState
{
    /// <summary>Requests that were accepted.</summary>
    public ulong Accepted { get; init; }

    /// <summary>Requests whose event was taken.</summary>
    public ulong Taken { get; init; }

    /// <summary>Requests that io_cancel2 told to cancel.</summary>
    public ulong Told { get; init; }

    /// <summary>Requests whose data was written.</summary>
    public ulong Fed { get; init; }

    /// <summary>Requests that io_list2 showed DONE: there is an event of them until it is taken.</summary>
    public ulong Done { get; init; }

    /// <summary>head is here or further.</summary>
    public ulong Head { get; init; }

    /// <summary>tail is here or further; exactly here once the context is dead and somebody looked.</summary>
    public ulong Tail { get; init; }

    /// <summary>Where the ring ended that was moved away from last.</summary>
    public ulong OldEnd { get; init; }

    /// <summary>Times that the ring was moved.</summary>
    public uint Generation { get; init; }

    /// <summary>Whether the old ring is not released.</summary>
    public bool Moving { get; init; }

    /// <summary>Whether somebody looked at tail after the context was dead.</summary>
    public bool TailIsFinal { get; init; }

    /// <summary>Alive, dying, dead.</summary>
    public ContextLife Life { get; init; }
}
