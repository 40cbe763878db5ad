namespace AioV2.Cli.Soak;

/// <summary>What a soak counts. Up to <see cref="Steps"/>: hostile steps by kind, one each; behind it: what came of them.</summary>
internal enum SoakCount
{
    /// <summary>io_submit2 of records whose memory, descriptors or ring somebody attacks.</summary>
    Submit,

    /// <summary>io_getevents2 in the same company.</summary>
    Reap,

    /// <summary>A batch taken from the ring by compare-and-swap.</summary>
    RingReap,

    /// <summary>A store to head.</summary>
    ScribbleHead,

    /// <summary>A store to another word of what the user can write of the ring.</summary>
    ScribbleRing,

    /// <summary>A store to an iocb that may be on its way in.</summary>
    ScribbleIocb,

    /// <summary>A change of a buffer's protection.</summary>
    Protect,

    /// <summary>A move of a buffer's pages from under its address.</summary>
    Move,

    /// <summary>The user's view of the ring unmapped or protected.</summary>
    RingView,

    /// <summary>A descriptor's number given to another file.</summary>
    Reuse,

    /// <summary>A write to, or a read of, the context's eventfd, full counters among them.</summary>
    Eventfd,

    /// <summary>A pipe fed or emptied.</summary>
    Feed,

    /// <summary>A call with a wild pointer, size, flag or id.</summary>
    Wild,

    /// <summary>io_cancel2.</summary>
    Cancel,

    /// <summary>io_list2.</summary>
    List,

    /// <summary>io_ring_ctl2: RESIZE, GET_RING, RELEASE, eventfd.</summary>
    Control,

    /// <summary>io_setup2 or io_destroy2, in the middle of other calls too.</summary>
    Life,

    /// <summary>io_issue2 of what must succeed, and of what waits until its DEADLINE.</summary>
    Issue,

    /// <summary>How many kinds of steps there are.</summary>
    Steps,

    /// <summary>Episodes that ended.</summary>
    Episodes = Steps,

    /// <summary>Those in which each request was held to exactly one event.</summary>
    Ledgered,

    /// <summary>Episodes on each engine.</summary>
    OnThreads,

    /// <inheritdoc cref="OnThreads"/>
    OnIoUring,

    /// <inheritdoc cref="OnThreads"/>
    OnSimulated,

    /// <summary>Requests accepted.</summary>
    Accepted,

    /// <summary>Final events reaped.</summary>
    Events,

    /// <summary>Calls that said <c>-EFAULT</c>.</summary>
    Faults,

    /// <summary>Calls that said another errno.</summary>
    Refusals,

    /// <summary>Rings that a scribble made CORRUPT.</summary>
    CorruptRings,

    /// <summary>Rings moved by RESIZE.</summary>
    MovedRings,

    /// <summary>Contexts destroyed while other threads were calling.</summary>
    DestroyedInUse,

    /// <summary>Episodes of deferred contexts.</summary>
    Deferred,

    /// <summary>SYSCALL requests offered.</summary>
    Calls,

    /// <summary>Requests that ended because of their DEADLINE.</summary>
    Expired,

    /// <summary>Processes that ended, and that called exec, with requests in flight.</summary>
    LeftByExit,

    /// <inheritdoc cref="LeftByExit"/>
    LeftByExec,

    /// <summary>How many numbers there are.</summary>
    All,
}
