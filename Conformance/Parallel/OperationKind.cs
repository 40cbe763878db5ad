namespace AioV2.Conformance.Parallel;

/// <summary>What a thread of a parallel round does.</summary>
public enum OperationKind : byte
{
    /// <summary>io_submit2 of one to four requests.</summary>
    Submit = 1,

    /// <summary>io_getevents2 with room for events.</summary>
    Get,

    /// <summary>One event, or none, taken from the ring's memory by compare-and-swap of head.</summary>
    Reap,

    /// <summary>The ring's flags and tail, read.</summary>
    Look,

    /// <summary>io_cancel2 of one request.</summary>
    Cancel,

    /// <summary>Bytes written into the pipe that a request reads.</summary>
    Feed,

    /// <summary>io_ring_ctl2, RESIZE.</summary>
    Resize,

    /// <summary>io_ring_ctl2, GET_RING.</summary>
    GetRing,

    /// <summary>io_ring_ctl2, RELEASE.</summary>
    Release,

    /// <summary>io_list2 from the start, with room for all.</summary>
    List,

    /// <summary>io_destroy2.</summary>
    Destroy,

    /// <summary>The round's end, with all threads joined: nothing more came for as long as the judge waits.</summary>
    Quiet,

    /// <summary>After destroy: bytes written into a pipe whose read was never answered, and whether they are still there.</summary>
    Afterwards,
}
