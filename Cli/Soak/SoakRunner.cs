using System.Diagnostics;
using System.Globalization;
using System.Text;
using AioV2.Abi.Trace;

namespace AioV2.Cli.Soak;

/// <summary>The parent of a soak: watches the child, tells how far it is, and says what became of it.</summary>
internal sealed class SoakRunner(SoakOptions options, IReadOnlyList<string> self, Action<string>? progress)
{
    private const int LookEveryMs = 200, TellEveryLooks = 25, TailChars = 4000, StrayChars = 120;
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(150);

    private readonly StringBuilder _errors = new();
    private string? _stray;

    /// <summary>Soaks.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled; the child is gone.</exception>
    public SoakReport Run(CancellationToken stop)
    {
        using var journal = SoakJournal.Create();
        var clock = Stopwatch.StartNew();
        string? finding;
        bool left;
        do
        {
            var rest = options.Time - clock.Elapsed;
            using var child = Start(journal, rest < TimeSpan.Zero ? TimeSpan.Zero : rest);
            finding = Watch(journal, child, clock, stop);
            left = finding is null && Volatile.Read(ref journal.Done) == 0;
        }
        while (left && options.Episode < 0 && clock.Elapsed < options.Time);
        SealTraces();
        finding = journal.Finding.Length != 0 ? journal.Finding : finding;
        if (finding is not null)
        {
            finding += $"\n  plan: {EpisodePlan.Of(options.Seed, journal.Episode)}, engine {EpisodePlan.EngineOf(options, journal.Episode)}";
        }

        return new SoakReport(options, clock.Elapsed, Counts(journal), journal.Episode, finding);
    }

    /// <summary>The command line of a child.</summary>
    internal static IReadOnlyList<string> CommandLine(IReadOnlyList<string> self, string journal, SoakOptions options, TimeSpan time) =>
    [
        .. self, journal, options.Seed.ToString(CultureInfo.InvariantCulture), ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        options.Engine, "e" + options.Episode.ToString(CultureInfo.InvariantCulture), "r" + options.Record,
    ];

    // What was found, or an episode, may have ended a child before it could end its trace.
    private void SealTraces()
    {
        if (options.Record is { } record && File.Exists(record))
        {
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(record))!, Path.GetFileName(record) + "*")
                .Where(file => Path.GetExtension(file).TrimStart('.').All(char.IsAsciiDigit) || Path.GetFileName(file) == Path.GetFileName(record)))
            {
                _ = TraceFile.Seal(file, "the process left");
            }
        }
    }

    private static long[] Counts(SoakJournal journal) =>
        [.. Enumerable.Range(0, (int)SoakCount.All).Select(i => Volatile.Read(ref journal.Count((SoakCount)i)))];

    private Process Start(SoakJournal journal, TimeSpan time)
    {
        var start = new ProcessStartInfo(self[0]) { RedirectStandardError = true, RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in CommandLine(self, journal.Path, options, time).Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        // A crash is a finding, not a file.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        var child = Process.Start(start) ?? throw new CliException($"{self[0]} does not start");
        child.ErrorDataReceived += (_, e) => Keep(e.Data);
        child.BeginErrorReadLine();

        // Nothing in the child writes there, but a request that went to the wrong file.
        child.OutputDataReceived += (_, e) => Interlocked.CompareExchange(ref _stray, e.Data, null);
        child.BeginOutputReadLine();
        return child;
    }

    // The beginning of it, of whose bytes few may be letters.
    private static string Escaped(string line) => string.Concat(line.Take(StrayChars).Select(c =>
        c is >= ' ' and <= '~' ? $"{c}" : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"))) + (line.Length > StrayChars ? "…" : "");

    // Null: it ended as it should.
    private string? Watch(SoakJournal journal, Process child, Stopwatch clock, CancellationToken stop)
    {
        var seen = new long[SoakJournal.Actors + 1];
        var still = Stopwatch.StartNew();
        for (var looks = 0; !child.WaitForExit(LookEveryMs); looks++)
        {
            if (stop.IsCancellationRequested)
            {
                child.Kill();
                child.WaitForExit();
                stop.ThrowIfCancellationRequested();
            }

            if (looks % TellEveryLooks == TellEveryLooks - 1)
            {
                progress?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,5:0} s  episode {journal.Episode}  {journal.TotalSteps()} hostile steps"));
            }

            if (HasMoved(journal, seen))
            {
                still.Restart();
            }
            else if (still.Elapsed > HangLimit)
            {
                var where = Where(journal) + ThreadStates.Of(child.Id);
                child.Kill();
                child.WaitForExit();
                return $"no progress for {HangLimit.TotalSeconds:0} s\n{where}";
            }
        }

        child.WaitForExit();
        if (Volatile.Read(ref journal.Done) != 0 && child.ExitCode is ExitCode.Success or ExitCode.Failure)
        {
            return Volatile.Read(ref _stray) is { } stray ? $"something was written to the child's standard output: {Escaped(stray)}" : null;
        }

        var way = (WayOut)Volatile.Read(ref journal.Leaving);
        if (Volatile.Read(ref journal.Done) == 0 && way != WayOut.None && child.ExitCode == Departure.CodeOf(way))
        {
            return null;
        }

        string errors;
        lock (_errors)
        {
            errors = _errors.ToString().Trim();
        }

        var how = child.ExitCode > 128 ? $"killed by signal {child.ExitCode - 128}" : $"exited with code {child.ExitCode}";
        return $"the child was {how}\n{Where(journal)}{errors}";
    }

    // Everybody who is at work has made a step, or the episode has changed, since this was true last.
    private static unsafe bool HasMoved(SoakJournal journal, long[] seen)
    {
        var moved = Volatile.Read(ref journal.Episode) != seen[SoakJournal.Actors];
        var all = true;
        for (var i = 0; i < SoakJournal.Actors; i++)
        {
            all &= Volatile.Read(ref journal.Actor(i)[0]) == 0 || Volatile.Read(ref journal.Actor(i)[1]) != seen[i];
        }

        // With nobody at work it is the end of an episode that takes its time.
        var nobody = Enumerable.Range(0, SoakJournal.Actors).All(i => Volatile.Read(ref journal.Actor(i)[0]) == 0);
        if (!moved && (!all || nobody))
        {
            return false;
        }

        for (var i = 0; i < SoakJournal.Actors; i++)
        {
            seen[i] = Volatile.Read(ref journal.Actor(i)[1]);
        }

        seen[SoakJournal.Actors] = Volatile.Read(ref journal.Episode);
        return true;
    }

    private static unsafe string Where(SoakJournal journal)
    {
        var text = new StringBuilder();
        for (var i = 0; i < SoakJournal.Actors; i++)
        {
            var actor = journal.Actor(i);
            if (actor[0] != 0)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  actor {i} (thread {actor[2]}) in step {actor[1]}: {(SoakCount)(actor[0] - 1)}");
            }
        }

        return text.ToString();
    }

    private void Keep(string? line)
    {
        lock (_errors)
        {
            if (line is not null && _errors.Length < TailChars)
            {
                _errors.AppendLine(line);
            }
        }
    }
}
