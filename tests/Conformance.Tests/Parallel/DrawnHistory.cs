using AioV2.Abi;
using AioV2.Conformance.Generate;
using AioV2.Conformance.Linearize;
using AioV2.Conformance.Parallel;

namespace AioV2.Conformance.Tests.Parallel;

/// <summary>Small histories from a seed: possible ones by doing steps in an order and then blurring when each was, and others by chance.</summary>
internal static class DrawnHistory
{
    /// <summary>Two slots, a ring of two events, requests 0 and 1 NOPs, 2 and 3 reads.</summary>
    public static ContextFacts Facts(bool shared) => new(2, shared ? 2 : 0, 24, 0b1100);

    /// <summary>A possible history: each step is allowed after those before it, and its interval holds its moment.</summary>
    public static IReadOnlyList<Interval<Atom>> Possible(ulong seed, int steps, bool shared)
    {
        var dice = new Dice(seed);
        var rules = new ContextRules(Facts(shared));
        var state = default(ContextState);
        var moments = new List<(int Thread, long At, Atom Step)>();
        for (int tries = 0; moments.Count < steps && tries < steps * 60; tries++)
        {
            var step = Step(ref dice, state);
            if (rules.TryApply(state, step, out var next, out _))
            {
                state = next;
                moments.Add((dice.Below(3), 1000 * (moments.Count + 1), step));
            }
        }

        return Blur(ref dice, moments);
    }

    /// <summary>Steps of any kind at any time: mostly impossible, and not always.</summary>
    public static IReadOnlyList<Interval<Atom>> ByChance(ulong seed, int steps)
    {
        var dice = new Dice(seed);
        var moments = new List<(int, long, Atom)>();
        for (int i = 0; i < steps; i++)
        {
            moments.Add((dice.Below(3), 1000 * (i + 1), Step(ref dice, new ContextState { Head = 24ul * (ulong)dice.Below(2) })));
        }

        return Blur(ref dice, moments);
    }

    /// <summary>A possible history of which one step was changed.</summary>
    public static IReadOnlyList<Interval<Atom>> Spoilt(ulong seed, int steps, bool shared)
    {
        var history = Possible(seed, steps, shared);
        var dice = new Dice(~seed);
        int at = dice.Below(Math.Max(1, history.Count));
        var other = Step(ref dice, default);
        return [.. history.Select((o, i) => i == at ? o with { Steps = [other] } : o)];
    }

    private static Interval<Atom>[] Blur(ref Dice dice, List<(int Thread, long At, Atom Step)> moments)
    {
        var history = new Interval<Atom>[moments.Count];
        for (int t = 0; t < 3; t++)
        {
            long from = 0;
            for (int i = 0; i < moments.Count; i++)
            {
                if (moments[i].Thread != t)
                {
                    continue;
                }

                long next = moments.Skip(i + 1).Where(m => m.Thread == t).Select(m => m.At).DefaultIfEmpty(moments[i].At + 3000).First();
                long invoke = Math.Max(from, moments[i].At - 10 - dice.Below(3000));
                long until = moments[i].At + 10 + dice.Below(3000);
                long @return = dice.Percent(4) && next > moments[^1].At ? Interval<Atom>.Pending : Math.Min(until, next - 20);

                // Stamps of different threads are never equal.
                history[i] = new Interval<Atom>(t, (invoke * 4) + t, @return == Interval<Atom>.Pending ? @return : (@return * 4) + t, [moments[i].Step]);
                from = @return == Interval<Atom>.Pending ? @return : @return + 1;
            }
        }

        return history;
    }

    private static Atom Step(ref Dice dice, in ContextState state)
    {
        int request = dice.Below(4);
        var kind = dice.Of(
            AtomKind.Enter, AtomKind.Accept, AtomKind.Accept, AtomKind.Accept, AtomKind.Full, AtomKind.Take, AtomKind.Take, AtomKind.RingTake, AtomKind.RingTake,
            AtomKind.Empty, AtomKind.Nothing, AtomKind.Told, AtomKind.NoMatch, AtomKind.Fed, AtomKind.Listed, AtomKind.Resized, AtomKind.Released, AtomKind.Look,
            AtomKind.Kill, AtomKind.Ended, AtomKind.Gone, AtomKind.AllCame, AtomKind.Stopped, AtomKind.TooBig);
        long res = dice.Percent(25) ? -Errno.ECANCELED : request >= 2 ? ContextFacts.ReadBytes : 0;
        return kind switch
        {
            AtomKind.RingTake => new Atom(kind, request, res, state.Head, state.Head + 24),
            AtomKind.Take => new Atom(kind, request, res),
            AtomKind.Empty => new Atom(kind, A: state.Head),
            AtomKind.Listed => new Atom(kind, request, A: (ulong)dice.Below(2)),
            AtomKind.Resized => new Atom(kind, A: state.Generation + 1, B: state.Tail),
            AtomKind.Look => new Atom(kind, A: (state.Life == ContextLife.Dead ? Aio2RingFlags.Dead : 0), B: state.Tail + (24ul * (ulong)dice.Below(2)), C: state.Generation),
            AtomKind.Accept or AtomKind.Told or AtomKind.NoMatch or AtomKind.Fed => new Atom(kind, request),
            _ => new Atom(kind),
        };
    }
}
