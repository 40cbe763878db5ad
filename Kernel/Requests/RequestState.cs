namespace AioV2.Kernel.Requests;

/// <summary>Where a request stands. Changed under the context's lock, but for Queued → Running and Queued → Cancelled,
/// which engine and canceller decide between them by one compare-and-swap.</summary>
internal enum RequestState
{
    /// <summary>In no use: on the slab's free list.</summary>
    Free = 0,

    /// <summary>Accepted; the engine has not begun it.</summary>
    Queued = 1,

    /// <summary>The engine has begun it.</summary>
    Running = 2,

    /// <summary>Told to cancel before the engine began it: it will end with <c>-ECANCELED</c>.</summary>
    Cancelled = 3,

    /// <summary>Its result is decided and its event is on the overflow or ready list.</summary>
    Done = 4,
}
