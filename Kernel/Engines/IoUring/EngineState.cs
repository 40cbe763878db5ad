namespace AioV2.Kernel.Engines.IoUring;

/// <summary>What <see cref="Requests.Request.EngineWord"/> says of a request that was handed to the ring.</summary>
/// <remarks><code>
///            Cancel (any thread)            the engine's thread
///  Waiting ─────────────────────► CancelAsked ────────────────► CancelSent ──┐
///     │                               │ ended first: kept until               │ ended
///     │ ended                         ▼ the message comes                     ▼
///     └─────────────────────────────► Busy ◄──────────────────────────────────┘
/// </code>
/// A message that is under way names the request, so one that ends in CancelAsked is not passed on before the message has
/// come: no message ever names a block that was given back. The values agree with the pool's, which sets Busy.</remarks>
internal static class EngineState
{
    /// <summary>It may wait for ever and can be told to cancel.</summary>
    public const ulong Waiting = 0;

    /// <summary>Somebody has pushed it onto the stack of cancels.</summary>
    public const ulong CancelAsked = 1;

    /// <summary>It ends unaided, or has ended.</summary>
    public const ulong Busy = 2;

    /// <summary>The ring was told.</summary>
    public const ulong CancelSent = 3;
}
