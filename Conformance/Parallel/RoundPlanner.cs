using AioV2.Abi;
using AioV2.Conformance.Generate;
using AioV2.Conformance.Model;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Parallel;

/// <summary>Makes rounds from seeds: submitters, reapers of both kinds, cancel, moves and the end, thrown together.</summary>
public sealed class RoundPlanner
{
    private const int MostThreads = 4;
    private const int MostActions = 14;
    private const int MostBatch = 4;
    private const int MostSpins = 60;

    private readonly Capabilities _offered;
    private readonly ulong _seed;
    private readonly List<int>[] _pipes;
    private readonly List<ContextPlan> _contexts = [];
    private readonly List<(int Thread, int Context)> _destroyers = [];
    private readonly HashSet<(int Context, int Request)> _fed = [];
    private readonly int[] _soleReaper;
    private readonly int[] _mover;
    private readonly int _threads;
    private Dice _dice;
    private int _pipesUsed;

    private RoundPlanner(ulong seed, Capabilities offered)
    {
        (_seed, _offered, _dice) = (seed, offered, new Dice(seed));
        _threads = _dice.Of(2, 2, 2, 3, 3, MostThreads);
        int contexts = _dice.Percent(75) ? 1 : 2;
        _pipes = [.. Enumerable.Range(0, contexts).Select(_ => new List<int>())];
        _soleReaper = new int[contexts];
        _mover = new int[contexts];
    }

    /// <summary>The round of a seed, for what is offered.</summary>
    public static RoundPlan Plan(ulong seed, Capabilities offered) => new RoundPlanner(seed, offered).Plan();

    private RoundPlan Plan()
    {
        for (int i = 0; i < _pipes.Length; i++)
        {
            _contexts.Add(Context(i));
        }

        var scripts = new List<RoundAction>[_threads];
        for (int t = 0; t < _threads; t++)
        {
            scripts[t] = [];
        }

        // Turn by turn, so that what one thread cancels or feeds is likely to be what another has just submitted.
        int turns = 4 + _dice.Below(MostActions - 3);
        for (int turn = 0; turn < turns; turn++)
        {
            foreach (int t in Enumerable.Range(0, _threads))
            {
                scripts[t].Add(Action(t, turn, turns));
            }
        }

        // A wait without an end counts on every destroy that was drawn.
        foreach (var (thread, context) in _destroyers)
        {
            scripts[thread].Add(new RoundAction(OperationKind.Destroy, context, 0, 0, 0, 0));
        }

        return new RoundPlan(_seed, [.. _contexts.Select((c, i) => c with { Pipes = _pipes[i] })], scripts);
    }

    private ContextPlan Context(int number)
    {
        bool shared = _offered.TakesSetup(Aio2Setup.UserReap) && _dice.Percent(75);
        uint flags = shared ? Aio2Setup.UserReap : 0;
        if (shared && _offered.TakesSetup(Aio2Setup.SingleReaper) && _dice.Percent(12))
        {
            flags |= Aio2Setup.SingleReaper;
            _soleReaper[number] = 1 + _dice.Below(_threads);
        }
        else if (!shared && _offered.TakesSetup(Aio2Setup.Defer) && _dice.Percent(30))
        {
            flags |= Aio2Setup.Defer;
        }

        if (shared && _offered.Has(Aio2Feat.Resize) && _dice.Percent(40))
        {
            _mover[number] = 1 + _dice.Below(_threads);
        }

        if (_dice.Percent(35))
        {
            _destroyers.Add((_dice.Below(_threads), number));
            if (_dice.Percent(25))
            {
                _destroyers.Add((_dice.Below(_threads), number));
            }
        }

        // Large events fill a ring of 4096 bytes with four, so that the list is used all the time.
        int attributes = _dice.Of(0, 0, 30, 60, 60);
        return new ContextPlan(flags, 1 + _dice.Below(attributes > 0 ? 12 : 6), attributes, []);
    }

    private RoundAction Action(int thread, int turn, int turns)
    {
        int context = _dice.Below(_contexts.Count);
        int spins = _dice.Percent(25) ? _dice.Below(MostSpins) : 0;
        int destroy = _destroyers.FindIndex(d => d.Thread == thread);
        if (destroy >= 0 && turn >= turns / 2 && (turn == turns - 1 || _dice.Percent(20)))
        {
            int which = _destroyers[destroy].Context;
            _destroyers.RemoveAt(destroy);
            return new RoundAction(OperationKind.Destroy, which, 0, 0, 0, spins);
        }

        bool reaps = _soleReaper[context] is var sole && (sole == 0 || sole == thread + 1);
        int die = _dice.Below(100);
        return die switch
        {
            < 34 => Submit(context, spins),
            < 52 when reaps => Get(thread, context, spins),
            < 72 when reaps && _contexts[context].IsShared => new RoundAction(OperationKind.Reap, context, 1 + _dice.Below(4), 0, 0, spins),
            < 78 when _contexts[context].IsShared => new RoundAction(OperationKind.Look, context, 0, 0, 0, spins),
            < 86 => Cancel(context, spins),
            < 94 => Feed(context, spins),
            < 97 => new RoundAction(OperationKind.List, context, 0, 0, 0, spins),
            _ when _mover[context] == thread + 1 || (_mover[context] != 0 && _dice.Percent(30)) => Move(context, spins),
            _ => Submit(context, spins),
        };
    }

    private RoundAction Submit(int context, int spins)
    {
        var pipes = _pipes[context];
        int first = pipes.Count;
        int count = Math.Min(1 + _dice.Below(MostBatch), ContextFacts.MostRequests - first);
        for (int i = 0; i < count; i++)
        {
            pipes.Add(_pipesUsed < WorldLayout.Pipes && _dice.Percent(25) ? _pipesUsed++ : -1);
        }

        return count > 0 ? new RoundAction(OperationKind.Submit, context, first, count, 0, spins) : new RoundAction(OperationKind.List, context, 0, 0, 0, spins);
    }

    private RoundAction Get(int thread, int context, int spins)
    {
        int bytes = _contexts[context].EventBytes;
        int room = _dice.Percent(6) ? bytes - 8 : bytes * (1 + _dice.Below(6));
        int min = _dice.Percent(60) ? 0 : Math.Min(room, bytes * (1 + _dice.Below(2)));

        // Only destroy is sure to end a wait without an end, and not where the waiter has to make it.
        bool ends = _destroyers.Exists(d => d.Context == context) && !_destroyers.Exists(d => d.Thread == thread);
        long wait = min == 0 ? 0 : ends && _dice.Percent(50) ? -1 : _dice.Of(0, 0, 100_000, 400_000);
        return new RoundAction(OperationKind.Get, context, room, min, wait, spins);
    }

    private RoundAction Cancel(int context, int spins) => _pipes[context].Count == 0
        ? Submit(context, spins)
        : new RoundAction(OperationKind.Cancel, context, Recent(_pipes[context].Count), 0, 0, spins);

    private RoundAction Feed(int context, int spins)
    {
        // A pipe is fed once at most: what a read gets is known by that.
        int request = _pipes[context].FindLastIndex(p => p >= 0);
        return request < 0 || !_fed.Add((context, request))
            ? Submit(context, spins)
            : new RoundAction(OperationKind.Feed, context, request, 0, 0, spins);
    }

    private RoundAction Move(int context, int spins) => _dice.Percent(50)
        ? new RoundAction(OperationKind.Resize, context, _dice.Of(RoundPlan.RingBytes, RoundPlan.MostRingBytes), 0, 0, spins)
        : new RoundAction(OperationKind.Release, context, 0, 0, 0, spins);

    private int Recent(int count) => Math.Max(0, count - 1 - _dice.Below(4));
}
