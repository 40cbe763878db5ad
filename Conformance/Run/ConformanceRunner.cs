using System.Diagnostics;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Directed;
using AioV2.Conformance.Generate;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;
using AioV2.Conformance.Parallel;

namespace AioV2.Conformance.Run;

/// <summary>Runs the whole suite against one implementation: directed checks, the wire level, random sequences.</summary>
public sealed class ConformanceRunner(ChildLauncher launcher, ConformanceOptions options)
{
    private const int WirePerBatch = 256;

    // Until then most of the time goes into compiling.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    private readonly Tally _tally = new();
    private readonly List<Finding> _findings = [];
    private readonly Dictionary<string, Outcome> _checks = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _randomSteps;
    private TimeSpan _randomTime;
    private long _warmSteps;
    private TimeSpan _warmTime;
    private int _jobs = 1;
    private long _otherSteps;
    private long _otherCalls;
    private string _otherOutput = "";
    private ParallelCount _parallel = ParallelCount.None;

    /// <summary>Runs; returns the verdict.</summary>
    /// <exception cref="CouldNotRunException">The implementation cannot be loaded or makes no context.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop: there is no verdict of a part.</exception>
    public Verdict Run()
    {
        using var runner = new SequenceRunner(launcher, options.CallLimit) { Stop = options.Stop };
        if (Probe(runner))
        {
            if (options.Round is null)
            {
                Directed(runner);
            }

            if (options.Round is null && options.Checks is null)
            {
                Fork();
                Wire(runner);
                Random(runner);
            }

            if (options.Checks is null)
            {
                Parallel(runner);
            }
        }

        return new Verdict(launcher.Name, runner.Offered.Engine, options, _tally, _findings, runner.Steps + _otherSteps, _clock.Elapsed, runner.Output.Length > 0 ? runner.Output : _otherOutput)
        {
            RandomSteps = _randomSteps, RandomTime = _randomTime, WarmSteps = _warmSteps, WarmTime = _warmTime, Jobs = _jobs,
            Parallel = _parallel, Calls = runner.Calls + _otherCalls, Checks = _checks,
        };
    }

    private bool Probe(SequenceRunner runner)
    {
        var answers = new List<byte[]>();
        var steps = Capabilities.Asks();
        var end = runner.Child.Sequences([steps]);
        if (end != ChildEnd.Done)
        {
            var violation = runner.Death(end, steps);
            Add(new Finding(violation, "the first calls", 0, steps, SequenceText.Of(steps, runner.Child.Answers(1)[0])));
            runner.Restart();
            return false;
        }

        if (runner.Child.Journal.Forked != 0)
        {
            var forked = new Violation("ERR-1", $"a call forked: {StepText.Of(steps[Math.Min(runner.Child.Journal.StepIndex, steps.Length - 1)])} came back in two processes");
            Add(new Finding(forked, "the first calls", 0, steps, SequenceText.Of(steps, runner.Child.Answers(1)[0])));
            return false;
        }

        foreach (var answer in runner.Child.Answers(1)[0])
        {
            if (answer.Head.Step < steps.Length && answer.Result < 0)
            {
                throw new CouldNotRunException($"{StepText.Of(steps[answer.Head.Step])} gives {answer.Result} ({ErrnoName.Of(answer.Result)})");
            }

            answers.Add(answer.Out);
        }

        try
        {
            runner.Offered = Capabilities.Read(answers[0], answers[1], answers[2]);
        }
        catch (InvalidDataException e)
        {
            throw new CouldNotRunException(e.Message, e);
        }

        return true;
    }

    private void Directed(SequenceRunner runner)
    {
        for (int i = 0; i < DirectedChecks.All.Count; i++)
        {
            if (_findings.Count >= options.MostFindings)
            {
                return;
            }

            if (!Mine(i) || options.Checks?.Contains(DirectedChecks.All[i].Name) == false || !DirectedChecks.All[i].Requirements.Any(options.Wants))
            {
                continue;
            }

            options.Progress?.Invoke($"directed {i + 1} of {DirectedChecks.All.Count}: {DirectedChecks.All[i].Name}");
            int number = i;
            var finding = DirectedRunner.Run(i, runner, _tally, out bool offered);
            _checks[DirectedChecks.All[i].Name] = finding is not null ? Outcome.Failed : offered ? Outcome.Passed : Outcome.NotExercised;
            if (finding is not null)
            {
                Add(finding, runner, () => Requirement(DirectedRunner.Run(number, runner, new Tally(), out _)));
            }
        }
    }

    private void Fork()
    {
        if (launcher.Library is null)
        {
            _tally.Skip("CTX-1", "a managed runtime does not survive a fork; exercised with --library");
        }
        else if (Mine(0) && options.Wants("CTX-1") && ForkCheck.Run(launcher.Library, _tally) is { } finding)
        {
            Add(finding);
        }
    }

    private void Wire(SequenceRunner runner)
    {
        if (_findings.Count >= options.MostFindings || (options.Requirements.Count > 0 && !options.Wants("SUBMIT-3") && !options.Wants("ATTR-1")))
        {
            return;
        }

        int number = 0;
        foreach (var batch in WireCases.All().Where(_ => Mine(number++)).Chunk(WirePerBatch))
        {
            if (Told(runner, BatchOutcome.Of(runner, 0, [.. batch.Select(s => new GeneratedSequence(s, runner.Lower(s)))]), "wire"))
            {
                return;
            }
        }
    }

    private void Random(SequenceRunner runner)
    {
        if (_findings.Count >= options.MostFindings)
        {
            return;
        }

        using var part = new RandomPart(launcher, options, runner, _clock);
        var (started, before) = (_clock.Elapsed, part.Steps);
        long told = 0;
        var (warmAt, stepsCold) = (TimeSpan.MaxValue, 0L);
        int sequences = 0;
        foreach (var batch in part.Run())
        {
            if (warmAt == TimeSpan.MaxValue && _clock.Elapsed - started >= WarmUp)
            {
                (warmAt, stepsCold) = (_clock.Elapsed, part.Steps);
            }

            if (batch.Violations.Any(IsNews))
            {
                // What is shrunk and run again has the machine for itself.
                part.Rest();
            }

            if (Told(runner, batch, "random"))
            {
                break;
            }

            sequences += batch.Sequences.Count;
            if (_clock.ElapsedMilliseconds > told + 1000)
            {
                told = _clock.ElapsedMilliseconds;
                options.Progress?.Invoke($"random {sequences} of {options.Runs / options.Shards} sequences, {(part.Steps - before) / Math.Max(0.001, (_clock.Elapsed - started).TotalSeconds):0} steps/s");
            }
        }

        part.Rest();
        (_randomSteps, _randomTime, _jobs) = (part.Steps - before, _clock.Elapsed - started, part.Jobs);
        (_otherSteps, _otherCalls, _otherOutput) = (part.StepsOfOthers, part.CallsOfOthers, part.OutputOfOthers);
        if (_clock.Elapsed > warmAt)
        {
            (_warmSteps, _warmTime) = (part.Steps - stepsCold, _clock.Elapsed - warmAt);
        }
    }

    private void Parallel(SequenceRunner runner)
    {
        if (_findings.Count >= options.MostFindings || options.ParallelTime <= TimeSpan.Zero || !ParallelRunner.Requirements.Any(options.Wants))
        {
            return;
        }

        var parallel = new ParallelRunner(runner, options with { MostFindings = options.MostFindings - _findings.Count });
        foreach (var finding in parallel.Run(options.ParallelTime, _tally))
        {
            Add(finding, runner, () => new ParallelRunner(runner, options).Replay(finding.Seed).Select(f => f.Violation.Requirement));
        }

        _parallel = parallel.Count;
    }

    // True, if the run is to end.
    private bool Told(SequenceRunner runner, BatchOutcome batch, string origin)
    {
        _tally.Add(batch.Tally);
        for (int i = 0; options.Recorder is { } recorder && i < batch.Sequences.Count; i++)
        {
            if (batch.Answers[i].Count > 0 || batch.Violations[i] is not null)
            {
                recorder.Add(runner.Offered.Engine, origin, batch.Sequences[i].Lowered, batch.Answers[i], batch.Violations[i]);
            }
        }

        for (int i = 0; i < batch.Violations.Count; i++)
        {
            if (batch.Violations[i] is not { } violation || !IsNews(violation))
            {
                continue;
            }

            var finding = Shrink(runner, batch.Sequences[i].Steps, violation, origin, batch.Seed);
            Add(finding, runner, () => runner.Run([finding.Steps], new Tally())[0] is { } same ? [same.Requirement] : []);
            if (_findings.Count >= options.MostFindings)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsNews(Violation? violation) => violation is not null && options.Wants(violation.Requirement) && !Known(violation);

    private bool Known(Violation violation) => _findings.Exists(f => f.Violation.Requirement == violation.Requirement && f.Origin is "random" or "wire");

    private Finding Shrink(SequenceRunner runner, IReadOnlyList<Step> steps, Violation violation, string origin, ulong seed)
    {
        if (!options.Shrinks)
        {
            return new Finding(violation, origin, seed, runner.Lower(steps), "");
        }

        options.Progress?.Invoke($"shrinking {violation.Requirement}: {violation.Message}");
        var shrinker = new SequenceShrinker(runner, options.ShrinkLimit);
        var (least, last) = shrinker.Shrink(steps, violation);
        var lowered = runner.Lower(least);
        string how = shrinker.Repeats switch { 0 => " (it did not come again)", 1 => "", var n => $" (a race: it came again in run {n})" };

        // The answers printed are those of a run that fails, if it still does.
        List<Answer>[] answers = [[]];
        for (int run = 0; run < Math.Max(1, shrinker.Repeats); run++)
        {
            if (runner.Run([lowered], new Tally(), out answers)[0] is not null)
            {
                break;
            }
        }

        options.Recorder?.Add(runner.Offered.Engine, "shrunk", lowered, answers[0], last);
        return new Finding(last with { Message = last.Message + how }, origin, seed, lowered, SequenceText.Of(lowered, answers[0]));
    }

    private static IEnumerable<string> Requirement(Finding? finding) => finding is null ? [] : [finding.Violation.Requirement];

    private void Add(Finding finding, SequenceRunner runner, Func<IEnumerable<string>> again)
    {
        if (options.Wants(finding.Violation.Requirement))
        {
            Add(new FindingReplay(runner, options).Of(finding, again));
        }
    }

    private void Add(Finding finding)
    {
        if (options.Wants(finding.Violation.Requirement))
        {
            _tally.Fail(finding.Violation);
            _findings.Add(finding);
        }
    }

    private bool Mine(int number) => number % options.Shards == options.Shard - 1;
}
