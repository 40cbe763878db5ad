using AioV2.Conformance.Generate;

namespace AioV2.Conformance.Run;

/// <summary>One of the children that make random sequences at the same time. Its batches run one after another, as they were given.</summary>
/// <remarks><code>
///  generated   2     3     4
///  run         1     2     3     …    the child's time: it should never wait
///  judged            1     2
/// </code></remarks>
internal sealed class RandomLane(SequenceRunner runner)
{
    private Task _free = Task.CompletedTask;
    private Task _judged = Task.CompletedTask;

    /// <summary>The child and its judge.</summary>
    public SequenceRunner Runner => runner;

    /// <summary>Runs a batch behind those that were given before; null, if <paramref name="isOver"/> says so when its turn comes.</summary>
    public Task<BatchOutcome?> Add(ulong seed, Func<GeneratedSequence[]> generate, Func<bool> isOver)
    {
        var generated = Task.Run(generate);

        // A thread of its own: it sleeps until the child has answered, and the pool's are for judges and generators.
        var begun = _free.ContinueWith(
            _ => isOver() ? null : BatchOutcome.Begin(runner, seed, generated.GetAwaiter().GetResult()),
            CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);
        var judged = Judged(begun);
        (_free, _judged) = (begun, judged);
        return judged;
    }

    /// <summary>Waits until nothing is under way; how that ended is told by its own task.</summary>
    public void Rest() => _judged.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();

    private static async Task<BatchOutcome?> Judged(Task<Task<BatchOutcome>?> begun) =>
        await begun.ConfigureAwait(false) is { } outcome ? await outcome.ConfigureAwait(false) : null;
}
