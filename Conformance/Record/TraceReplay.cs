using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Record;

/// <summary>Makes the steps of a trace again, on any implementation, and judges what it answers.</summary>
public sealed class TraceReplay : IDisposable
{
    private readonly SequenceRunner _runner;

    /// <summary>Starts the implementation and asks what it offers.</summary>
    /// <exception cref="CouldNotRunException">It cannot be loaded, or says nothing of itself.</exception>
    public TraceReplay(ChildLauncher launcher, TimeSpan callLimit)
    {
        _runner = new SequenceRunner(launcher, callLimit);
        Step[] steps = [new ProbeStep(Aio2Probe.Kernel, Aio2ProbeKernel.SizeOf), new ProbeStep(Aio2Probe.Ops, 8192), new ProbeStep(Aio2Probe.Attrs, 8192)];
        _ = _runner.Child.Sequences([steps]);
        var answers = _runner.Child.Answers(1)[0];
        if (answers.Count < steps.Length || answers.Any(a => a.Result < 0))
        {
            throw new CouldNotRunException($"{launcher.Name}: io_probe2 tells nothing");
        }

        try
        {
            _runner.Offered = Capabilities.Read(answers[0].Out, answers[1].Out, answers[2].Out);
        }
        catch (InvalidDataException e)
        {
            throw new CouldNotRunException(e.Message, e);
        }
    }

    /// <summary>Steps whose answers were judged.</summary>
    public long Steps => _runner.Steps;

    /// <summary>Makes one sequence: what it breaks, or null, with what it answered.</summary>
    public Violation? Run(IReadOnlyList<Step> steps, out IReadOnlyList<Step> made, out IReadOnlyList<Answer> answers)
    {
        made = _runner.Lower(steps);
        var violation = _runner.Run([made], new Tally(), out var given)[0];
        answers = given[0];
        return violation;
    }

    /// <summary>The shortest sequence found that still breaks the same requirement.</summary>
    public (IReadOnlyList<Step> Steps, Violation Violation) Minimise(IReadOnlyList<Step> steps, Violation violation, TimeSpan limit) =>
        new SequenceShrinker(_runner, limit).Shrink(steps, violation);

    /// <inheritdoc/>
    public void Dispose() => _runner.Dispose();
}
