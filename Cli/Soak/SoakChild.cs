using System.Diagnostics;
using AioV2.Cli.Trace;
using AioV2.Kernel;

namespace AioV2.Cli.Soak;

/// <summary>The process in which a soak happens: episode after episode, each with what follows from its number.</summary>
internal static class SoakChild
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs until the time is over, something is found, or <paramref name="stop"/> is cancelled; or leaves in the middle,
    /// as an episode has planned. Goes on behind the episode in which the process before this one left.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="journalPath">Where the parent reads.</param>
    /// <param name="self">The command line that starts this program.</param>
    /// <param name="stop">The end, by force.</param>
    public static int Run(SoakOptions options, string journalPath, IReadOnlyList<string> self, CancellationToken stop)
    {
        // Not left behind by a parent that is killed.
        _ = Linux.Prctl(Linux.PrSetDeathSignal, Linux.SigKill, 0, 0, 0);
        using var journal = SoakJournal.Open(journalPath);
        var before = Begin(journal);
        using var files = new SoakFiles();
        var arena = new Arena();
        var ledger = new Ledger();
        var clock = Stopwatch.StartNew();
        EmbeddedKernel? kernel = null;
        var first = options.Episode >= 0 ? options.Episode : before == WayOut.None ? 0 : journal.Episode + 1;

        // A later process does not write over what the one before it has told.
        using var recording = Recording.Begin(options.Record is { } record && before != WayOut.None ? $"{record}.{first}" : options.Record, options.Engine);
        var isLast = options.Episode >= 0 && before != WayOut.None;
        for (var number = first; !isLast && journal.Finding.Length == 0 && !stop.IsCancellationRequested; number++)
        {
            if (options.Episode >= 0 ? number != first : clock.Elapsed >= options.Time)
            {
                break;
            }

            var engine = EpisodePlan.EngineOf(options, number);
            if (kernel is null || number % EpisodePlan.PerKernel == 0)
            {
                kernel?.Dispose();
                kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine, Seed = options.Seed, MaxWorkers = 8, Trace = recording.Trace });
            }

            Volatile.Write(ref journal.Episode, number);
            new Episode(journal, recording.Calls(kernel), arena, files, ledger, options.Seed, number, Patience, Leave).Run();
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

        void Leave(WayOut way)
        {
            var rest = options.Time - clock.Elapsed;
            Departure.Leave(journal, way, SoakRunner.CommandLine(self, journalPath, options, rest < TimeSpan.Zero ? TimeSpan.Zero : rest));
        }
    }

    // How the process before this one left; its threads are gone.
    private static unsafe WayOut Begin(SoakJournal journal)
    {
        var way = (WayOut)journal.Leaving;
        if (way == WayOut.Exec && Departure.Inherited() is { } inherited)
        {
            journal.Report(inherited);
        }

        for (var i = 0; i < SoakJournal.Actors; i++)
        {
            journal.Actor(i)[0] = 0;
        }

        Volatile.Write(ref journal.Leaving, (long)WayOut.None);
        return way;
    }
}
