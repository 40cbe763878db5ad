namespace AioV2.Kernel.Engines;

/// <summary>An engine of one context, without a thread: its completions run where the context's calls run them (SETUP-12).</summary>
internal interface IDeferredEngine : IEngine
{
    /// <summary>Readable, for poll, while <see cref="RunCompletions"/> has something to do.</summary>
    int ReadyFd { get; }

    /// <summary>Passes on what has completed, and gives the ring what waits for a place. Without a lock of the context.</summary>
    /// <returns>Whether requests are in flight still.</returns>
    bool RunCompletions();
}
