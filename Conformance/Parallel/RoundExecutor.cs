using AioV2.Abi.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Parallel;

/// <summary>Runs rounds in the child, each by threads that start at once, and leaves what they recorded in the journal.</summary>
/// <remarks>In the journal's plan the judge puts the first round's seed; behind it stand the logs of the round that runs, so that the judge
/// can read them when the child hangs or dies. A round that ended is copied to the answers: a <see cref="RoundHead"/>, then its logs.</remarks>
internal sealed unsafe class RoundExecutor(IAio2 aio, TestWorld world, JournalFile journal) : IDisposable
{
    /// <summary>Where the logs stand in the plan: the clock is before them.</summary>
    public const int LogsAt = 64;

    private const int MostWorkers = 4;
    private const int MostFinalGets = 60;

    // What has not come after eight such waits in vain does not come.
    private const long FinalWaitNs = 1_000_000_000;
    private const int MostVain = 8;

    private readonly Barrier _barrier = new(MostWorkers + 1);
    private readonly Thread[] _workers = new Thread[MostWorkers];
    private RoundPlan? _plan;
    private RoundThread[] _threads = [];
    private Exception? _failure;
    private int _here;
    private volatile bool _over;
    private bool _inVain;

    private long* Clock => (long*)(journal.Plan + 8);

    /// <summary>Runs rounds of consecutive seeds until they are done, the time is over, the answers are full, or one waited in vain.</summary>
    public void Run(Model.Capabilities offered, ulong firstSeed, int rounds, TimeSpan limit)
    {
        StartWorkers();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        int length = 0;
        journal.AnswerLength = 0;
        journal.Done = 0;
        _inVain = false;
        for (int i = 0; i < rounds && !_inVain && System.Diagnostics.Stopwatch.GetElapsedTime(start) < limit; i++)
        {
            if (length + sizeof(RoundHead) + ((MostWorkers + 1) * ThreadLog.MostBytes) > JournalFile.AnswersBytes)
            {
                return;
            }

            *(ulong*)journal.Plan = firstSeed + (ulong)i;
            length += Round(RoundPlanner.Plan(firstSeed + (ulong)i, offered), journal.Answers + length);
            Volatile.Write(ref journal.AnswerLength, length);
            journal.Done = i + 1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _over = true;
        if (_workers[0] is not null)
        {
            _barrier.SignalAndWait();
            foreach (var worker in _workers)
            {
                worker.Join();
            }
        }

        _barrier.Dispose();
    }

    private void StartWorkers()
    {
        for (int i = 0; i < MostWorkers && _workers[i] is null; i++)
        {
            int number = i + 1;
            _workers[i] = new Thread(() => Work(number)) { IsBackground = true, Name = $"round {number}" };
            _workers[i].Start();
        }
    }

    private int Round(RoundPlan plan, byte* to)
    {
        journal.Progress++;
        world.Reset();
        Clear(plan);
        var contexts = plan.Contexts.Select(c => new RoundContext(aio, c)).ToArray();
        var logs = Enumerable.Range(0, plan.Threads.Count + 1).Select(t => new ThreadLog(journal.Plan + LogsAt + (t * ThreadLog.MostBytes), t, Clock)).ToArray();
        var head = new RoundHead { Seed = plan.Seed, Setup = contexts.Min(c => c.SetupResult) };
        if (head.Setup == 0)
        {
            _threads = [.. logs.Select((log, t) => new RoundThread(t, aio, plan, contexts, log))];
            (_plan, _here) = (plan, 0);
            _barrier.SignalAndWait();
            _barrier.SignalAndWait();
            if (_failure is not null)
            {
                throw new InvalidOperationException("a thread of a round failed", _failure);
            }

            End(plan, logs, contexts);
        }

        foreach (var context in contexts)
        {
            _ = context.SetupResult == 0 ? aio.Destroy(context.Id) : 0;
            context.Unmap();
        }

        return Copy(head, logs, to);
    }

    private void Clear(RoundPlan plan)
    {
        *Clock = 0;
        for (int t = 0; t <= MostWorkers; t++)
        {
            *(int*)(journal.Plan + LogsAt + (t * ThreadLog.MostBytes)) = 0;
        }

        // Whether fed or not: a pipe of a round is another one's empty pipe.
        ulong pipes = 0;
        foreach (int pipe in plan.Contexts.SelectMany(c => c.Pipes).Where(p => p >= 0))
        {
            pipes |= 1ul << pipe;
        }

        world.Touch(pipes, file: false);
    }

    private void Work(int number)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_over)
            {
                return;
            }

            var plan = _plan!;
            if (number <= plan.Threads.Count)
            {
                try
                {
                    Script(plan, number);
                }
#pragma warning disable CA1031 // It is told by the thread that waits for this one.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    _failure = e;
                }
            }

            _barrier.SignalAndWait();
        }
    }

    private void Script(RoundPlan plan, int number)
    {
        // They wake one after the other; whoever is first waits for the rest, yielding, so that they really run at once.
        Interlocked.Increment(ref _here);
        var spin = default(SpinWait);
        while (Volatile.Read(ref _here) < plan.Threads.Count)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        foreach (var action in plan.Threads[number - 1])
        {
            journal.Progress++;
            _threads[number].Do(action);
        }
    }

    // With the threads joined: what is fed or was told to cancel ends, everything comes, and destroy leaves nothing behind.
    private void End(RoundPlan plan, ThreadLog[] logs, RoundContext[] contexts)
    {
        var done = logs.SelectMany(l => l.Operations()).ToList();
        for (int c = 0; c < contexts.Length; c++)
        {
            var mine = done.Where(o => o.Context == c).ToList();
            var unfed = Enumerable.Range(0, plan.Contexts[c].Pipes.Count)
                .Where(r => plan.Contexts[c].Pipes[r] >= 0 && !mine.Exists(o => o.Kind == OperationKind.Feed && o.A == r)).ToList();
            if (mine.Exists(o => o.Kind == OperationKind.Destroy && o.Result == 0))
            {
                AfterDestroy(plan, c, unfed, contexts);
                continue;
            }

            // Who was told to cancel ends by that, and is not helped.
            var told = mine.Where(o => o.Kind == OperationKind.Cancel && o.Result > 0).Select(o => (int)o.A).ToHashSet();
            unfed.FindAll(r => !told.Contains(r)).ForEach(r => _threads[0].Feed(c, r));
            TakeAll(plan, c, mine, logs[0]);
            _threads[0].Destroy(c);
            AfterDestroy(plan, c, [], contexts);
        }
    }

    private void TakeAll(RoundPlan plan, int context, List<Operation> done, ThreadLog log)
    {
        int bytes = plan.Contexts[context].EventBytes;
        long submitted = done.Where(o => o.Kind == OperationKind.Submit && o.Result > 0).Sum(o => o.Result / plan.Contexts[context].IocbBytes);
        // Which came, not how many: one that comes twice must not stand for one that is waited for no more, and then "never came".
        var came = done.Where(o => o.Kind is OperationKind.Get or OperationKind.Reap).SelectMany(o => Requests(plan, o)).ToHashSet();
        int vain = 0;
        for (int gets = 0; came.Count < submitted && gets < MostFinalGets && vain < MostVain; gets++)
        {
            journal.Progress++;
            long result = _threads[0].Get(context, bytes * 8, bytes, FinalWaitNs);
            came.UnionWith(Requests(plan, log.Operations()[^1]));
            vain = result == 0 ? vain + 1 : result < 0 ? MostVain : 0;
        }

        _inVain |= vain == MostVain;

        // One look more: an event that comes twice would be here.
        _threads[0].Get(context, bytes * 8, 0, 0);
        _threads[0].Quiet(context);
    }

    private static IEnumerable<int> Requests(RoundPlan plan, Operation o) => o.Events.Select(e => plan.RequestOf(o.Context, e.UserData)).Where(r => r >= 0);

    private void AfterDestroy(RoundPlan plan, int context, List<int> unfed, RoundContext[] contexts)
    {
        if (plan.Contexts[context].IsShared)
        {
            _threads[0].Look(context, contexts[context].Newest);
        }

        unfed.ForEach(r => _threads[0].Afterwards(context, r));
        if (plan.Contexts[context].IsShared)
        {
            _threads[0].Look(context, contexts[context].Newest);
        }
    }

    private static int Copy(RoundHead head, ThreadLog[] logs, byte* to)
    {
        byte* at = to + sizeof(RoundHead);
        foreach (var log in logs)
        {
            log.Bytes.CopyTo(new Span<byte>(at, log.Length));
            at += log.Length;
        }

        head.Bytes = (int)(at - to);
        *(RoundHead*)to = head;
        return head.Bytes;
    }
}
