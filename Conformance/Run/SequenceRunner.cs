using System.Buffers;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Run;

/// <summary>Runs lowered sequences in a child that is restarted when it dies, and judges them.</summary>
public sealed class SequenceRunner(ChildLauncher launcher, TimeSpan callLimit) : IDisposable
{
    private const int BatchSequences = 64;
    private const int BatchBytes = JournalFile.PlanBytes / 2;

    // Of what comes next: the child has a copy of what it does.
    private readonly SequencePlan _plan = new();
    private ChildProcess? _child;
    private Task _judging = Task.CompletedTask;
    private long _calls;

    /// <summary>What is offered; set once the implementation was probed.</summary>
    public Capabilities Offered { get; set; } = Capabilities.Everything;

    /// <summary>Ends what a child does: it is killed, and who waits for it gets an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Steps whose answers were judged.</summary>
    public long Steps { get; private set; }

    /// <summary>What the implementation wrote to standard output.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Calls of the nine that were made, by directed checks too.</summary>
    public long Calls => _calls + (_child?.Journal.Calls ?? 0);

    /// <summary>The running child, started if there is none.</summary>
    public ChildProcess Child => _child ??= new ChildProcess(launcher, callLimit, Stop);

    /// <summary>Replaces drains and what else depends on the model's state by what the child can run.</summary>
    public IReadOnlyList<Step> Lower(IReadOnlyList<Step> steps)
    {
        var model = new AioModel(Offered);
        var lowered = new List<Step>(steps.Count);
        foreach (var step in steps)
        {
            lowered.Add(Prediction.Lower(model, step));
            Prediction.Move(model, step);
        }

        return lowered;
    }

    /// <summary>Runs and judges; returns the first violation of each sequence, or null.</summary>
    public Violation?[] Run(IReadOnlyList<IReadOnlyList<Step>> lowered, Tally tally) => Run(lowered, tally, out _);

    /// <summary>Runs and judges, and gives the answers too.</summary>
    public Violation?[] Run(IReadOnlyList<IReadOnlyList<Step>> lowered, Tally tally, out List<Answer>[] answers)
    {
        var made = Make(lowered, tally);
        made.Judged.GetAwaiter().GetResult();
        answers = made.Answers;
        return made.Violations;
    }

    /// <summary>Runs, and returns when the child is free: the last of it is judged meanwhile, and what comes next judged behind that.</summary>
    public SequencesMade Make(IReadOnlyList<IReadOnlyList<Step>> lowered, Tally tally)
    {
        var violations = new Violation?[lowered.Count];
        List<Answer>[] all = [.. lowered.Select(_ => new List<Answer>())];
        var next = NextBatch(lowered, 0);
        while (next is { } batch)
        {
            bool began = Child.Begin(_plan);
            next = NextBatch(lowered, batch.First + batch.Sequences.Count);
            var end = began ? Child.Await() : ChildEnd.Crashed;
            int count = batch.Sequences.Count, done = Child.Journal.Done;
            int ran = end == ChildEnd.Done ? done : Math.Min(done + 1, count);
            var told = Child.AnswerBytes;
            int answerBytes = told.Length;
            byte[] answered = ArrayPool<byte>.Shared.Rent(answerBytes);
            told.CopyTo(answered);

            // One judge at a time, while the child makes the calls of what comes next.
            _judging.GetAwaiter().GetResult();
            _judging = Task.Run(() =>
            {
                Answer.BySequence(answered.AsSpan(0, answerBytes), count).CopyTo(all, batch.First);
                ArrayPool<byte>.Shared.Return(answered);
                Judge(batch, all, ran, violations, tally);
            });
            Output = Child.Output.Length > 0 ? Child.Output : Output;
            if (end == ChildEnd.Done && Child.Journal.Forked == 0 && ran == count)
            {
                continue;
            }

            _judging.GetAwaiter().GetResult();
            Blame(end, batch, ran, violations);
            if (ran < count && violations.Any(v => v is not null))
            {
                // What is broken may make every sequence slow: it is told first.
                break;
            }

            next = NextBatch(lowered, batch.First + ran);
        }

        return new SequencesMade(violations, all, _judging);
    }

    // What the child gets at once, and where it stands in the whole.
    private sealed record Batch(int First, List<IReadOnlyList<Step>> Sequences);

    private Batch? NextBatch(IReadOnlyList<IReadOnlyList<Step>> lowered, int from)
    {
        if (from == lowered.Count)
        {
            return null;
        }

        List<IReadOnlyList<Step>> sequences = [.. lowered.Skip(from).Take(BatchLength(lowered, from))];
        _plan.Write(sequences);
        return new Batch(from, sequences);
    }

    private void Judge(Batch batch, List<Answer>[] answers, int ran, Violation?[] violations, Tally tally)
    {
        for (int i = 0; i < ran; i++)
        {
            int number = batch.First + i;
            Steps += batch.Sequences[i].Count;
            violations[number] = new Judge(Offered, tally).Sequence(number, batch.Sequences[i], answers[number]);
        }
    }

    // What the child's end says of the sequence that it was in.
    private void Blame(ChildEnd end, Batch batch, int ran, Violation?[] violations)
    {
        if (end == ChildEnd.Done && Child.Journal.Forked != 0)
        {
            // Which call it was is told by the step that the copy stood in.
            violations[batch.First + Math.Min(Child.Journal.Sequence, batch.Sequences.Count - 1)] ??=
                new Violation("ERR-1", "a call forked: it came back in two processes", 0, Child.Journal.StepIndex);
            Child.Journal.Forked = 0;
        }

        if (end != ChildEnd.Done)
        {
            violations[batch.First + ran - 1] ??= Death(end, batch.Sequences[ran - 1]);
            Restart();
        }
    }

    /// <summary>Ends the child; the next use starts another.</summary>
    public void Restart()
    {
        _calls = Calls;
        _child?.Dispose();
        _child = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Restart();
        _plan.Dispose();
    }

    internal Violation Death(ChildEnd end, IReadOnlyList<Step> steps)
    {
        int index = Math.Min(Child.Journal.StepIndex, steps.Count);
        string call = index < steps.Count ? StepText.Of(steps[index]) : "the io_destroy2 that ends the sequence";
        string requirement = end == ChildEnd.Hung ? HangRequirement(index < steps.Count ? steps[index] : null) : "ERR-1";
        return new Violation(requirement, $"{(end == ChildEnd.Hung ? "hung" : "died")} in {call}: {Child.Death}", 0, Math.Min(index, steps.Count - 1));
    }

    private static string HangRequirement(Step? step) => step switch
    {
        SubmitStep => "SUBMIT-6",
        GetStep or DrainStep => "GET-1",
        SetupStep => "SETUP-10",
        DestroyStep or null => "DESTROY-1",
        _ => "ERR-1",
    };

    private static int BatchLength(IReadOnlyList<IReadOnlyList<Step>> sequences, int from)
    {
        int bytes = 0, count = 0;
        while (from + count < sequences.Count && count < BatchSequences && (count == 0 || bytes < BatchBytes))
        {
            bytes += sequences[from + count].Sum(Size);
            count++;
        }

        return count > 1 && bytes > BatchBytes ? count - 1 : count;
    }

    private static int Size(Step step) => 96 + step switch
    {
        SubmitStep s => s.Iocbs.Length,
        PokeStep s => s.Bytes.Length,
        SetupStep s => s.Params.Length,
        _ => 64,
    };
}
