using AioV2.Cli.Posix;
using Spectre.Console;

namespace AioV2.Cli.Copy;

/// <summary>Runs a copy behind a progress bar on stderr, where that is a terminal.</summary>
internal static class CopyProgress
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it to its end; failures are the job's.</summary>
    internal static async Task<CopyReport> RunAsync(CopyJob job, CopyOptions options, CancellationToken stop)
    {
        // The loop of a copy blocks: it gets a thread of its own, for as long as it takes.
        var work = Task.Factory.StartNew(() => job.Run(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (!Console.IsErrorRedirected && !Console.IsOutputRedirected)
        {
            await ShowAsync(job, work, TotalBytes(options.Source, work)).ConfigureAwait(false);
        }

        return await work.ConfigureAwait(false);
    }

    private static Task ShowAsync(CopyJob job, Task work, long total)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("copy", maxValue: Math.Max(1, total));
                while (!work.IsCompleted)
                {
                    bar.Value = job.Totals.BytesWritten;
                    await Task.WhenAny(work, Task.Delay(Refresh)).ConfigureAwait(false);
                }

                bar.Value = bar.MaxValue;
            });
    }

    /// <summary>What the bar is full at: allocated bytes, for holes are not written. Gives up counting when the copy is done.</summary>
    private static long TotalBytes(string source, Task work)
    {
        long total = 0;
        var pending = new Stack<(PosixPath Path, bool Follow)>([(PosixPath.Of(source), true)]);
        while (!work.IsCompleted && pending.TryPop(out var at))
        {
            if (!Files.TryStatus(at.Path, at.Follow, out var status, out _))
            {
                continue;
            }

            if (status.IsFile)
            {
                total += (long)Math.Min(status.Size, status.Blocks * 512);
            }
            else if (status.IsDirectory && TryEntries(at.Path, out var names))
            {
                foreach (var name in names)
                {
                    pending.Push((at.Path.Entry(name), false));
                }
            }
        }

        return total;
    }

    // A directory that cannot be listed fails the copy itself, with its own words.
    private static bool TryEntries(PosixPath path, out List<byte[]> names)
    {
        try
        {
            names = Files.Entries(path);
            return true;
        }
        catch (CliException)
        {
            names = [];
            return false;
        }
    }
}
