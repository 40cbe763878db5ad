using System.Runtime.CompilerServices;
using AioV2.Abi;

namespace AioV2.UserLib;

/// <content>Events as an asynchronous sequence.</content>
public sealed partial class AioContext
{
    private CompletionSignal? _signal;

    /// <summary>The events of this context as they come: <c>await foreach (var completion in context.ReadCompletionsAsync())</c>.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the requests: their events stay for the next reaper.</param>
    /// <returns>A sequence that ends when the context is disposed. Several may run at once, and beside other reapers:
    /// each event reaches one of them (GET-5).</returns>
    /// <remarks>
    /// It takes from the ring without a call while there are events, and enters the kernel once before it sleeps. It sleeps
    /// on the context's eventfd; one is attached where <see cref="AioContextOptions.EventFd"/> was not set (RING-10). The
    /// eventfd is this method's from its first use on: do not also wait on it. With
    /// <see cref="AioContextOptions.SingleReaper"/> the promise covers the sequence, too.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The context was disposed before.</exception>
    /// <exception cref="InvalidOperationException">The context reaps for its tasks.</exception>
    public IAsyncEnumerable<Completion> ReadCompletionsAsync(CancellationToken cancellationToken = default)
    {
        UseBatches();
        return Enumerate(UseSignal(), cancellationToken);
    }

    private async IAsyncEnumerable<Completion> Enumerate(CompletionSignal signal, [EnumeratorCancellation] CancellationToken token)
    {
        // Readings of LEVEL sources come through the call only (SUBMIT-8).
        var ask = true;
        while (true)
        {
            token.ThrowIfCancellationRequested();
            var next = signal.Next;
            if (!TryReapUnlessGone(ask, out var completion, out var gone))
            {
                if (gone)
                {
                    yield break;
                }

                await next.WaitAsync(token).ConfigureAwait(false);
                ask = true;
                continue;
            }

            ask = completion.IsLevel;
            yield return completion;
        }
    }

    private bool TryReapUnlessGone(bool ask, out Completion completion, out bool gone)
    {
        try
        {
            gone = false;
            return TryReap(out completion) || ask && TryReapByCall(out completion);
        }
        catch (ObjectDisposedException)
        {
            completion = default;
            gone = true;
            return false;
        }
    }

    private unsafe bool TryReapByCall(out Completion completion) => TakeByCall(minBytes: 0, wait: null, out completion);

    private CompletionSignal UseSignal()
    {
        lock (_modeGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _signal ??= _eventFd is null ? AttachSignal() : new CompletionSignal(_eventFd, own: false);
        }
    }

    private CompletionSignal AttachSignal()
    {
        var eventFd = new AioEventFd();
        var result = _kernel.RingCtl(Id, Aio2Ctl.EventfdAttach, (ulong)eventFd.Descriptor);
        if (result < 0)
        {
            eventFd.Dispose();
            ThrowIfGone(result);
            _ = CallErrors.Check(result, "io_ring_ctl2(EVENTFD_ATTACH)", "Open the context with AioContextOptions { EventFd = true }");
        }

        return new CompletionSignal(eventFd, own: true);
    }
}
