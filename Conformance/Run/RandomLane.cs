using AioV2.Conformance.Generate;

namespace AioV2.Conformance.Run;

/// <summary>One of the children that make random sequences at the same time. Its batches run one after another, as they were given.</summary>
internal sealed class RandomLane(SequenceRunner runner)
{
    private Task _last = Task.CompletedTask;

    /// <summary>The child and its judge.</summary>
    public SequenceRunner Runner => runner;

    /// <summary>Runs a batch behind those that were given before; null, if <paramref name="isOver"/> says so when its turn comes.</summary>
    /// <remarks>It is generated while the child makes the calls of what was given before.</remarks>
    public Task<BatchOutcome?> Add(ulong seed, Func<GeneratedSequence[]> generate, Func<bool> isOver)
    {
        var generated = Task.Run(generate);

        // A thread of its own: it sleeps until the child has answered, and the pool's are for judges and generators.
        var outcome = _last.ContinueWith(
            _ => isOver() ? null : BatchOutcome.Of(runner, seed, generated.GetAwaiter().GetResult()),
            CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);
        _last = outcome;
        return outcome;
    }

    /// <summary>Waits until nothing is under way; how that ended is told by its own task.</summary>
    public void Rest() => _last.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
}
