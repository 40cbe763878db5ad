using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Directed;
using AioV2.Conformance.Generate;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;
using AioV2.Conformance.Parallel;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Conformance.Run;

/// <summary>Runs the whole suite against one implementation: directed checks, the wire level, random sequences.</summary>
public sealed class ConformanceRunner(ChildLauncher launcher, ConformanceOptions options)
{
    private const int SequencesPerBatch = 64;

    // Until then most of the time goes into compiling.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private readonly Tally _tally = new();
    private readonly List<Finding> _findings = [];
    private readonly Dictionary<string, Outcome> _checks = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _randomSteps;
    private TimeSpan _randomTime;
    private long _warmSteps;
    private TimeSpan _warmTime;
    private ParallelCount _parallel = ParallelCount.None;

    /// <summary>Runs; returns the verdict.</summary>
    /// <exception cref="CouldNotRunException">The implementation cannot be loaded or makes no context.</exception>
    public Verdict Run()
    {
        using var runner = new SequenceRunner(launcher, options.CallLimit);
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

        return new Verdict(launcher.Name, runner.Offered.Engine, options, _tally, _findings, runner.Steps, _clock.Elapsed, runner.Output)
        {
            RandomSteps = _randomSteps, RandomTime = _randomTime, WarmSteps = _warmSteps, WarmTime = _warmTime, Parallel = _parallel, Calls = runner.Calls, Checks = _checks,
        };
    }

    private bool Probe(SequenceRunner runner)
    {
        byte[] p = new byte[Aio2Params.SizeOf];
        var answers = new List<byte[]>();
        var steps = new Step[]
        {
            new ProbeStep(Aio2Probe.Kernel, Aio2ProbeKernel.SizeOf), new ProbeStep(Aio2Probe.Ops, 8192), new ProbeStep(Aio2Probe.Attrs, 8192),
            new SetupStep(0, Aio2.Version, 0, p, (uint)p.Length),
        };
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
        foreach (var batch in WireCases.All().Where(_ => Mine(number++)).Chunk(SequencesPerBatch * 4))
        {
            if (Batch(runner, [.. batch.Select(s => new GeneratedSequence(s, runner.Lower(s)))], "wire", 0))
            {
                return;
            }
        }
    }

    private void Random(SequenceRunner runner)
    {
        var mine = Enumerable.Range(0, (options.Runs + SequencesPerBatch - 1) / SequencesPerBatch).Where(Mine).Select(b => b * SequencesPerBatch);
        var generator = SequenceGenerator.Of(runner.Offered, options.Length);
        var (started, before) = (_clock.Elapsed, runner.Steps);
        long told = 0;
        var (warmAt, stepsCold) = (TimeSpan.MaxValue, 0L);
        Task<GeneratedSequence[]>? ahead = null;
        int generated = 0;
        foreach (int run in mine)
        {
            if (_clock.Elapsed >= options.Time - options.ParallelTime || _findings.Count >= options.MostFindings)
            {
                break;
            }

            if (warmAt == TimeSpan.MaxValue && _clock.Elapsed - started >= WarmUp)
            {
                (warmAt, stepsCold) = (_clock.Elapsed, runner.Steps);
            }

            // The next batch is generated while the child makes the calls of this one.
            var batch = ahead is not null && generated == run ? ahead.Result : Generate(generator, run);
            generated = run + SequencesPerBatch * options.Shards;
            ahead = generated < options.Runs ? Task.Run(() => Generate(generator, generated)) : null;
            if (Batch(runner, batch, "random", SeedOf(run)))
            {
                break;
            }

            if (_clock.ElapsedMilliseconds > told + 1000)
            {
                told = _clock.ElapsedMilliseconds;
                options.Progress?.Invoke($"random {run} of {options.Runs} sequences, {runner.Steps * 1000 / Math.Max(1, _clock.ElapsedMilliseconds)} steps/s");
            }
        }

        ahead?.Wait();
        (_randomSteps, _randomTime) = (runner.Steps - before, _clock.Elapsed - started);
        if (_clock.Elapsed > warmAt)
        {
            (_warmSteps, _warmTime) = (runner.Steps - stepsCold, _clock.Elapsed - warmAt);
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

    // Mixed: the generator walks in steps of this very constant, so that neighbouring seeds would follow each other on one way.
    private ulong SeedOf(int run) => Dice.Mix(options.Seed * 0x9e3779b97f4a7c15 + (ulong)run);

    private GeneratedSequence[] Generate(Gen<GeneratedSequence> generator, int run) =>
        generator.Sample(Math.Min(SequencesPerBatch, options.Runs - run), new Rnd(SeedOf(run)), size: options.Length);

    private bool Batch(SequenceRunner runner, GeneratedSequence[] sequences, string origin, ulong seed)
    {
        var violations = runner.Run([.. sequences.Select(s => s.Lowered)], _tally, out var given);
        for (int i = 0; options.Recorder is { } recorder && i < sequences.Length; i++)
        {
            if (given[i].Count > 0 || violations[i] is not null)
            {
                recorder.Add(runner.Offered.Engine, origin, sequences[i].Lowered, given[i], violations[i]);
            }
        }

        for (int i = 0; i < violations.Length; i++)
        {
            if (violations[i] is not { } violation || !options.Wants(violation.Requirement) || Known(violation))
            {
                continue;
            }

            var finding = Shrink(runner, sequences[i].Steps, violation, origin, seed);
            Add(finding, runner, () => runner.Run([finding.Steps], new Tally())[0] is { } same ? [same.Requirement] : []);
            if (_findings.Count >= options.MostFindings)
            {
                return true;
            }
        }

        return false;
    }

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
