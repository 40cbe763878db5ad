using System.Runtime.CompilerServices;

namespace AioV2.Cli.Stat;

/// <summary>The rounds of one call: one, or as many as come until it is stopped.</summary>
internal sealed class StatRounds(IReadOnlyList<WatchedFile> files, Sampler sampler, bool follow, TimeSpan interval)
{
    /// <summary>Whether a read of any round has failed.</summary>
    internal bool HasFailures { get; private set; }

    /// <summary>Runs them. Being stopped behind a whole round is an end like any other where rounds are followed.</summary>
    /// <exception cref="OperationCanceledException">Stopped before the end of the only, or the first, round.</exception>
    internal async IAsyncEnumerable<IReadOnlyList<FileSample>> RunAsync([EnumeratorCancellation] CancellationToken stop)
    {
        // Reads wait for the disk: not on a thread that somebody else needs.
        List<FileSample>? round = await Task.Run(() => Round(stop), CancellationToken.None).ConfigureAwait(false);
        while (true)
        {
            yield return round;
            if (!follow || (round = await NextAsync(stop).ConfigureAwait(false)) is null)
            {
                yield break;
            }
        }
    }

    private async Task<List<FileSample>?> NextAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(interval, stop).ConfigureAwait(false);
            return await Task.Run(() => Round(stop), CancellationToken.None).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private List<FileSample> Round(CancellationToken stop)
    {
        var round = new List<FileSample>();
        foreach (var file in files)
        {
            round.Add(sampler.Round(file, stop));
            HasFailures |= round[^1].Failures != 0;
        }

        return round;
    }
}
