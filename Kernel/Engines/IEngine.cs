using AioV2.Kernel.Engines.Direct;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines;

/// <summary>What runs the I/O: io_uring, threads, or the simulated scheduler. One engine is shared by many contexts.</summary>
/// <remarks>
/// <para>Rules of the boundary.</para>
/// <list type="bullet">
/// <item>The engine starts its threads at the first <see cref="Submit"/>, not when it is made (DESTROY-2).</item>
/// <item><see cref="Submit"/> and <see cref="Cancel"/> never wait for I/O (SUBMIT-6). Submit is called without any lock of a
/// context; Cancel is called under the lock of the request's context, so an engine must not call into a context
/// while it holds a lock of its own that Cancel takes.</item>
/// <item>The engine ends each request exactly once: sets <see cref="Request.Res"/>, calls
/// <see cref="RequestHooks.AtComplete"/>, and passes it on by <see cref="Contexts.Context.CompletePass"/> — all the
/// requests of one context that ended together in one chain. Afterwards the block is no longer its.</item>
/// <item>Before it begins a request it moves it from Queued to Running by compare-and-swap
/// (<see cref="RequestHooks.TryBegin"/>); where that fails the request was cancelled and ends with <c>-ECANCELED</c>.</item>
/// <item>A write that was begun is never reported cancellable (CANCEL-2).</item>
/// <item>Nothing is allocated on the managed heap per request in steady state.</item>
/// </list>
/// </remarks>
internal unsafe interface IEngine : IDisposable
{
    /// <summary>The name that PROBE tells.</summary>
    string Name { get; }

    /// <summary>The clock that TIMING stamps by, ns: CLOCK_MONOTONIC, or a virtual one that starts there.</summary>
    long Now => MonotonicClock.Now;

    /// <summary>Whether the kernel must hold the file by a dup before <see cref="Submit"/>. An engine that takes its own
    /// reference before Submit returns says false, and then gets the user's number in the iocb.</summary>
    bool NeedsHeldFiles { get; }

    /// <summary>Tries to end the request at once, without waiting, inside the call that submits it: for a request that
    /// needs no file, or whose data is at hand. Sets <see cref="Request.Res"/> and returns true, or returns false and
    /// has changed nothing but <see cref="Request.Transferred"/> and <see cref="RequestTraits.Attempted"/>.</summary>
    bool TryInline(Request* request, int userFd);

    /// <summary>Whether <see cref="TryInline"/> is <see cref="InlineRead"/>'s: then a read may end so without becoming a request.</summary>
    bool EndsReadsInline => false;

    /// <summary>The short way of O_DIRECT reads past this engine; null where it has none.</summary>
    DirectLanes? Lanes => null;

    /// <summary>Whether <see cref="Request.Priority"/> has an effect on an operation's file I/O.</summary>
    bool TakesPriority(ushort opcode) => false;

    /// <summary>Takes a chain of requests, linked by <see cref="Request.Next"/>, oldest first.</summary>
    void Submit(Request* first, int count);

    /// <summary>Tells a request that has not ended to cancel.</summary>
    CancelAnswer Cancel(Request* request);

    /// <summary>Follows calls of <see cref="Cancel"/>, without the lock: an engine that needs no thread for that ends here what it was
    /// told to.</summary>
    void EndCancelled()
    {
    }

    /// <summary>Whether <see cref="Cancel"/> would say Told now (CANCEL-2).</summary>
    bool IsCancellable(Request* request);
}
