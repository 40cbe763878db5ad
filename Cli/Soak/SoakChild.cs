using System.Diagnostics;
using AioV2.Kernel;

namespace AioV2.Cli.Soak;

/// <summary>The process in which a soak happens: episode after episode, each with what follows from its number.</summary>
internal static class SoakChild
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs until the time is over, something is found, or <paramref name="stop"/> is cancelled.</summary>
    public static int Run(SoakOptions options, string journalPath, CancellationToken stop)
    {
        // Not left behind by a parent that is killed.
        _ = Linux.Prctl(Linux.PrSetDeathSignal, Linux.SigKill, 0, 0, 0);
        using var journal = SoakJournal.Open(journalPath);
        using var files = new SoakFiles();
        var arena = new Arena();
        var ledger = new Ledger();
        var clock = Stopwatch.StartNew();
        EmbeddedKernel? kernel = null;
        var first = Math.Max(0, options.Episode);
        for (var number = first; journal.Finding.Length == 0 && !stop.IsCancellationRequested; number++)
        {
            if (options.Episode >= 0 ? number != first : clock.Elapsed >= options.Time)
            {
                break;
            }

            var engine = EpisodePlan.EngineOf(options, number);
            if (kernel is null || number % EpisodePlan.PerKernel == 0)
            {
                kernel?.Dispose();
                kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine, Seed = options.Seed, MaxWorkers = 8 });
            }

            Volatile.Write(ref journal.Episode, number);
            new Episode(journal, kernel, arena, files, ledger, options.Seed, number, Patience).Run();
            _ = Interlocked.Increment(ref journal.Count(engine switch
            {
                EngineKind.Threads => SoakCount.OnThreads,
                EngineKind.IoUring => SoakCount.OnIoUring,
                _ => SoakCount.OnSimulated,
            }));
            if (arena.CheckSettled() is { } late)
            {
                journal.Report(late);
            }
        }

        if (journal.Finding.Length == 0)
        {
            kernel?.Dispose();
        }

        Volatile.Write(ref journal.Done, 1);
        return journal.Finding.Length == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
