using System.Diagnostics;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Prove;

/// <summary>Runs the suite against implementations that are wrong, and against those that are not: the same suite, in the same order, by the same seed.</summary>
/// <remarks>Of each only the first finding counts, whatever it cites: nothing is filtered by what the mutant is known to break.</remarks>
public sealed class ProveRunner(ConformanceOptions options, int workers, Action<string>? progress)
{
    private readonly Lock _lock = new();
    private readonly List<ProveRow> _rows = [];

    /// <summary>Runs all, so many at once; what is under way when <paramref name="stop"/> comes is left out.</summary>
    /// <exception cref="CouldNotRunException">An implementation cannot be loaded or makes no context.</exception>
    public ProveReport Run(IReadOnlyList<ProveSubject> subjects, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        int next = 0;
        Task[] tasks = [.. Enumerable.Range(0, workers).Select(_ => Task.Factory.StartNew(() =>
        {
            for (int i; !stop.IsCancellationRequested && (i = Interlocked.Increment(ref next) - 1) < subjects.Count;)
            {
                One(subjects[i], subjects.Count, stop);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(tasks, CancellationToken.None);
        }
        catch (AggregateException e) when (e.InnerExceptions[0] is CouldNotRunException could)
        {
            // What a child that was interrupted could not do is no finding.
            if (!stop.IsCancellationRequested)
            {
                throw new CouldNotRunException(could.Message, could);
            }
        }

        var order = subjects.Select((s, i) => (s.Name, i)).ToDictionary(s => s.Name, s => s.i);
        return new ProveReport([.. _rows.OrderBy(r => order[r.Subject.Name])], subjects.Count, options.Seed, clock.Elapsed, stop.IsCancellationRequested);
    }

    private void One(ProveSubject subject, int of, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var verdict = new ConformanceRunner(subject.Launcher(), options with { MostFindings = 1, Shrinks = false, Replays = 0, Progress = null }).Run();
        if (stop.IsCancellationRequested)
        {
            return;
        }

        var finding = verdict.Findings.Count > 0 ? verdict.Findings[0] : null;
        var row = new ProveRow(subject, finding?.Violation, finding?.Origin ?? "", verdict.Calls, clock.Elapsed);
        lock (_lock)
        {
            _rows.Add(row);
            progress?.Invoke($"{_rows.Count} of {of}: {row.Word} by {finding?.Violation.Requirement ?? "nothing"} in {row.Calls} calls, {clock.Elapsed.TotalSeconds:0.0} s: {subject.Name}");
        }
    }
}
