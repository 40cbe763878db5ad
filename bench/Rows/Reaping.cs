namespace AioV2.Bench.Rows;

/// <summary>The ways to reap.</summary>
internal enum Reaping
{
    /// <summary>A private ring and <c>io_getevents2</c>.</summary>
    Call,

    /// <summary>As Call, and completions run only inside it (SETUP-12).</summary>
    Deferred,

    /// <summary>A shared ring, one compare-and-swap for each event.</summary>
    RingEach,

    /// <summary>A shared ring, one compare-and-swap for each batch.</summary>
    RingBatch,

    /// <summary>A shared ring whose caller promises one reaper.</summary>
    RingSingle,
}
