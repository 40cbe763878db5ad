using System.Diagnostics;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Linearize;
using AioV2.Conformance.Model;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Parallel;

/// <summary>The judge of parallel rounds: has them run in the child, and looks for an order in what they recorded.</summary>
public sealed unsafe class ParallelRunner(SequenceRunner runner, ConformanceOptions options)
{
    /// <summary>Rounds of one command to the child; a shard takes every n-th such batch.</summary>
    public const int RoundsPerBatch = 64;

    private readonly List<Finding> _findings = [];
    private long _batch = options.Shard - 1;

    /// <summary>What parallel rounds can show.</summary>
    public static IReadOnlyList<string> Requirements { get; } =
        [.. Enum.GetValues<AtomKind>().Select(ContextRules.Shows).Append("RING-9").Append("GET-6").Append("RING-3").Distinct()];

    /// <summary>What was done.</summary>
    public ParallelCount Count { get; private set; } = ParallelCount.None;

    /// <summary>Runs batches of rounds for so long, from where it was; returns what is wrong.</summary>
    /// <param name="limit">When the last batch begins, from now.</param>
    /// <param name="tally">Where checks that held are counted.</param>
    public IReadOnlyList<Finding> Run(TimeSpan limit, Tally tally)
    {
        var clock = Stopwatch.StartNew();
        long told = 0;
        for (; clock.Elapsed < limit && _findings.Count < options.MostFindings; _batch += options.Shards)
        {
            var end = runner.Child.Rounds(options.Round ?? FirstSeed(options.Seed, _batch), options.Round is null ? RoundsPerBatch : 1, limit - clock.Elapsed);
            Judge(tally);
            if (end != ChildEnd.Done)
            {
                Add(Death(end));
                runner.Restart();
            }

            if (clock.ElapsedMilliseconds > told + 1000)
            {
                told = clock.ElapsedMilliseconds;
                options.Progress?.Invoke($"parallel {Count.Rounds} rounds, {Count.Operations} operations");
            }
        }

        Count = Count with { Time = Count.Time + clock.Elapsed };
        return _findings;
    }

    /// <summary>Runs one round again and again in the child that there is; returns what is wrong.</summary>
    public IReadOnlyList<Finding> Replay(ulong seed)
    {
        for (int i = 0; i < RoundsPerBatch && _findings.Count == 0; i++)
        {
            var end = runner.Child.Rounds(seed, 1, options.CallLimit);
            Judge(new Tally());
            if (end != ChildEnd.Done)
            {
                Add(Death(end));
            }
        }

        return _findings;
    }

    /// <summary>Judges one recorded round: what is wrong with each of its contexts.</summary>
    public IReadOnlyList<Finding> Judge(RoundPlan plan, IReadOnlyList<Operation> operations, Tally tally)
    {
        var findings = new List<Finding>();
        foreach (var history in History.Of(plan, operations))
        {
            var outcome = history.Judge();
            Count = Count with
            {
                Histories = Count.Histories + 1, Operations = Count.Operations + history.Operations.Count, Overlapping = Count.Overlapping + history.Overlapping,
                Undecided = Count.Undecided + (outcome.Verdict == SearchVerdict.Undecided ? 1 : 0),
            };
            if (outcome.Verdict == SearchVerdict.NotLinearizable)
            {
                findings.Add(Finding(history, outcome));
            }
            else if (outcome.Verdict == SearchVerdict.Linearizable)
            {
                Pass(history, tally);
            }
        }

        Count = Count with { Rounds = Count.Rounds + 1, Threads = Math.Max(Count.Threads, plan.Threads.Count) };
        return findings;
    }

    // Batches of one run do not overlap, nor those of neighbouring seeds.
    private static ulong FirstSeed(ulong seed, long batch) => (seed * 0x9e3779b97f4a7c15 >> 20) + (ulong)(batch * RoundsPerBatch);

    private void Judge(Tally tally)
    {
        var journal = runner.Child.Journal;
        byte* at = journal.Answers;
        byte* end = at + Math.Clamp(Volatile.Read(ref journal.AnswerLength), 0, JournalFile.AnswersBytes);
        while (at < end)
        {
            var head = *(RoundHead*)at;
            var plan = RoundPlanner.Plan(head.Seed, runner.Offered);
            if (head.Setup != 0)
            {
                Add(new Finding(new Violation("SETUP-4", $"io_setup2 of what is offered gave {ErrnoName.Of(head.Setup)} in a parallel round"), "parallel", head.Seed, [], ""));
            }
            else
            {
                foreach (var finding in Judge(plan, ThreadLog.Read(at + sizeof(RoundHead), head.Bytes - sizeof(RoundHead)), tally))
                {
                    Add(finding);
                }
            }

            at += head.Bytes;
        }
    }

    private void Add(Finding finding)
    {
        bool known = _findings.Exists(f => f.Violation.Requirement == finding.Violation.Requirement);
        if (options.Wants(finding.Violation.Requirement) && !known && _findings.Count < options.MostFindings)
        {
            _findings.Add(finding);
        }
    }

    private static Finding Finding(History history, SearchOutcome outcome)
    {
        var facts = history.Plan.Contexts[history.Context].Facts;
        IReadOnlyList<Interval<Atom>>? left = null;
        if (outcome.Nodes > 0)
        {
            var whole = history.Operations.Select(o => new Interval<Atom>(o.Thread, o.Invoke, o.Return, AtomsOf.Operation(o, history.Plan).Atoms)).ToList();
            (left, outcome) = HistoryShrinker.Shrink(facts, whole, outcome);
        }

        string stuck = outcome.Stuck >= 0 ? $" (no order of the operations below explains it; the one that fits nowhere began at {history.Operations[outcome.Stuck].Invoke})" : "";
        return new Finding(outcome.Refusal! with { Message = outcome.Refusal.Message + stuck }, "parallel", history.Plan.Seed, [], HistoryText.Of(history, left));
    }

    private static void Pass(History history, Tally tally)
    {
        foreach (var operation in history.Operations)
        {
            foreach (var atom in AtomsOf.Operation(operation, history.Plan).Atoms)
            {
                tally.Pass(ContextRules.Shows(atom.Kind));
            }

            if (operation is { Kind: OperationKind.Get, C: < 0, Result: < 0 })
            {
                tally.Pass("GET-6");
            }
        }
    }

    // The child hangs or died in a round: what its threads were in stands in their logs.
    private Finding Death(ChildEnd end)
    {
        var journal = runner.Child.Journal;
        ulong seed = *(ulong*)journal.Plan;
        var plan = RoundPlanner.Plan(seed, runner.Offered);
        var operations = new List<Operation>();
        for (int t = 0; t <= plan.Threads.Count; t++)
        {
            operations.AddRange(ThreadLog.Read(journal.Plan + RoundExecutor.LogsAt + (t * ThreadLog.MostBytes), ThreadLog.MostBytes));
        }

        var pending = operations.FindAll(o => o.Return == Interval<Atom>.Pending);
        string requirement = end != ChildEnd.Hung ? "ERR-1"
            : pending.Exists(o => o.Kind == OperationKind.Destroy) ? "DESTROY-1"
            : pending.Exists(o => o.Kind == OperationKind.Get) ? "GET-1" : "SUBMIT-6";
        string calls = string.Concat(History.Of(plan, operations).Select(h => HistoryText.Of(h)));
        return new Finding(new Violation(requirement, $"{(end == ChildEnd.Hung ? "hung" : "died")} in a parallel round: {runner.Child.Death}"), "parallel", seed, [], calls);
    }
}
