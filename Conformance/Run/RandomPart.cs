using System.Diagnostics;
using AioV2.Conformance.Generate;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Conformance.Run;

/// <summary>The random sequences of a run: made by several children at once, told in the order of their numbers.</summary>
/// <remarks><code>
///  batch    0     1     2     3     4     …      told in this order, whichever was first
///  child    1     2     …     N     1     …      so that a child gets the same batches each time
/// </code>
/// What a batch holds follows from the seed and its number alone. Which batches one child gets after another follows from
/// their number and that of the children, never from who was faster.</remarks>
public sealed class RandomPart : IDisposable
{
    private const int SequencesPerBatch = 64;

    // One is judged, one runs, one waits for its turn: more would be lost, or run late, where a finding or the time ends the run.
    private const int BatchesPerLane = 3;

    private readonly ConformanceOptions _options;
    private readonly Stopwatch _clock;
    private readonly List<RandomLane> _lanes;
    private readonly int _batches;

    /// <summary>Takes the child that is there and, where there is work for them, others that start with their first batch.</summary>
    public RandomPart(ChildLauncher launcher, ConformanceOptions options, SequenceRunner first, Stopwatch clock)
    {
        (_options, _clock) = (options, clock);
        _batches = (options.Runs / SequencesPerBatch) + (options.Runs % SequencesPerBatch > 0 ? 1 : 0);

        // A trace tells one sequence of calls after another, each later than the one before.
        int jobs = options.Recorder is null ? Math.Clamp(options.Jobs, 1, Math.Max(1, _batches / options.Shards)) : 1;
        _lanes = [new RandomLane(first), .. Enumerable.Range(1, jobs - 1).Select(_ => new RandomLane(new SequenceRunner(launcher, options.CallLimit) { Offered = first.Offered, Stop = options.Stop }))];
    }

    /// <summary>Children.</summary>
    public int Jobs => _lanes.Count;

    /// <summary>Steps that were judged, by all children together.</summary>
    public long Steps => _lanes.Sum(l => l.Runner.Steps);

    /// <summary>Calls that the children made which this part started.</summary>
    public long CallsOfOthers => _lanes.Skip(1).Sum(l => l.Runner.Calls);

    /// <summary>Steps of the children which this part started.</summary>
    public long StepsOfOthers => _lanes.Skip(1).Sum(l => l.Runner.Steps);

    /// <summary>What they wrote to standard output.</summary>
    public string OutputOfOthers => string.Concat(_lanes.Skip(1).Select(l => l.Runner.Output).Distinct());

    /// <summary>Runs batches until there are no more, or the time is over; what was begun is told.</summary>
    /// <exception cref="CouldNotRunException">A child cannot be started.</exception>
    public IEnumerable<BatchOutcome> Run()
    {
        var underWay = new Queue<Task<BatchOutcome?>>();
        for (int i = 0, batch = _options.Shard - 1; batch < _batches && !IsOver(); i++, batch += _options.Shards)
        {
            if (underWay.Count == Jobs * BatchesPerLane && underWay.Dequeue().GetAwaiter().GetResult() is { } outcome)
            {
                yield return outcome;
            }

            int run = batch * SequencesPerBatch;
            underWay.Enqueue(_lanes[i % Jobs].Add(SeedOf(run), () => Generate(run), IsOver));
        }

        while (underWay.TryDequeue(out var last))
        {
            if (last.GetAwaiter().GetResult() is { } outcome)
            {
                yield return outcome;
            }
        }
    }

    /// <summary>Waits until no child is at work, so that one can be used for something else alone.</summary>
    public void Rest() => _lanes.ForEach(l => l.Rest());

    /// <summary>Ends the children that this part started.</summary>
    public void Dispose()
    {
        Rest();
        foreach (var lane in _lanes.Skip(1))
        {
            lane.Runner.Dispose();
        }
    }

    private bool IsOver() => _clock.Elapsed >= _options.Time - _options.ParallelTime;

    // Mixed: the generator walks in steps of this very constant, so that neighbouring seeds would follow each other on one way.
    private ulong SeedOf(int run) => Dice.Mix(_options.Seed * 0x9e3779b97f4a7c15 + (ulong)run);

    private GeneratedSequence[] Generate(int run) => SequenceGenerator.Of(_lanes[0].Runner.Offered, _options.Length)
        .Sample(Math.Min(SequencesPerBatch, _options.Runs - run), new Rnd(SeedOf(run)), size: _options.Length);
}
