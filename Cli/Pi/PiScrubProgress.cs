using AioV2.Kernel.Devices;
using Spectre.Console;

namespace AioV2.Cli.Pi;

/// <summary>Runs a scrub behind a progress bar on stderr, where that is a terminal.</summary>
internal static class PiScrubProgress
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it to its end: the number of bad intervals.</summary>
    internal static async Task<ulong> RunAsync(ProtectedDevice device, Action<BadInterval> bad, CancellationToken stop)
    {
        ulong done = 0;
        var work = Task.Run(() => device.Scrub(bad, at => Volatile.Write(ref done, at), stop), CancellationToken.None);
        if (!Console.IsErrorRedirected && !Console.IsOutputRedirected)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            await console.Progress()
                .AutoClear(true)
                .Columns(new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async context =>
                {
                    var bar = context.AddTask("scrub", maxValue: device.Intervals);
                    while (!work.IsCompleted)
                    {
                        bar.Value = Volatile.Read(ref done);
                        await Task.WhenAny(work, Task.Delay(Refresh)).ConfigureAwait(false);
                    }

                    bar.Value = bar.MaxValue;
                }).ConfigureAwait(false);
        }

        return await work.ConfigureAwait(false);
    }
}
