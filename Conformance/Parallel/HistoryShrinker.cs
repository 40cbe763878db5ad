using AioV2.Abi;
using AioV2.Conformance.Linearize;

namespace AioV2.Conformance.Parallel;

/// <summary>Makes a history that fails smaller. A race does not come again when asked, so what is recorded is cut instead of run again.</summary>
/// <remarks>Only such parts are cut that leave a possible history possible, so that what still fails is a proof:
/// an observation; a request with everything about it, where no refusal counts requests; all moves; destroy.</remarks>
public static class HistoryShrinker
{
    private const int MostSearches = 2000;

    /// <summary>The steps of each operation that are left, and the outcome with them.</summary>
    /// <param name="facts">The context.</param>
    /// <param name="history">A history that is not linearizable.</param>
    /// <param name="outcome">What its search said.</param>
    public static (IReadOnlyList<Interval<Atom>> History, SearchOutcome Outcome) Shrink(ContextFacts facts, IReadOnlyList<Interval<Atom>> history, SearchOutcome outcome)
    {
        int searches = 0;
        for (bool smaller = true; smaller && searches < MostSearches;)
        {
            smaller = false;
            foreach (var cut in Cuts(history))
            {
                var less = Without(history, cut);
                var again = searches++ < MostSearches ? History.Search(facts, less) : outcome with { Verdict = SearchVerdict.Undecided };
                if (again.Verdict == SearchVerdict.NotLinearizable && again.Refusal!.Requirement == outcome.Refusal!.Requirement)
                {
                    (history, outcome, smaller) = (less, again, true);
                }
            }
        }

        return (history, outcome);
    }

    /// <summary>What can be cut from a history without making an impossible one of a possible one: each a test of (operation, place of the step in it, step).</summary>
    public static IEnumerable<Func<int, int, Atom, bool>> Cuts(IReadOnlyList<Interval<Atom>> history)
    {
        var all = history.SelectMany(o => o.Steps).ToList();
        bool counted = all.Exists(a => a.Kind is AtomKind.Full or AtomKind.Stopped or AtomKind.TooBig);
        if (all.Exists(a => IsMove(a.Kind)))
        {
            yield return (_, _, a) => IsMove(a.Kind) || a.Kind == AtomKind.Look;
        }

        if (all.Exists(a => a.Kind == AtomKind.Kill) && !all.Exists(a => NeedsDestroy(a, all)))
        {
            yield return (_, _, a) => a.Kind is AtomKind.Kill or AtomKind.Ended or AtomKind.Gone or AtomKind.Look;
        }

        foreach (int request in counted ? [] : all.Select(a => a.Request).Distinct())
        {
            if (all.Exists(a => a.Request == request && a.Kind is AtomKind.Accept or AtomKind.Take or AtomKind.RingTake or AtomKind.Told or AtomKind.Fed))
            {
                yield return (_, _, a) => a.Request == request && HasRequest(a.Kind);
            }
        }

        for (int i = 0; i < history.Count; i++)
        {
            for (int s = 0; s < history[i].Steps.Count; s++)
            {
                if (IsObservation(history[i].Steps[s].Kind))
                {
                    var (operation, step) = (i, s);
                    yield return (o, p, _) => o == operation && p == step;
                }
            }
        }
    }

    /// <summary>A history without what a test says.</summary>
    public static IReadOnlyList<Interval<Atom>> Without(IReadOnlyList<Interval<Atom>> history, Func<int, int, Atom, bool> cut) =>
        [.. history.Select((o, i) => o with { Steps = [.. o.Steps.Where((a, s) => !cut(i, s, a))] })];

    private static bool IsMove(AtomKind kind) => kind is AtomKind.Resized or AtomKind.MoveBusy or AtomKind.Ring or AtomKind.Released or AtomKind.ReleaseBusy or AtomKind.NothingToRelease;

    private static bool HasRequest(AtomKind kind) => kind is AtomKind.Accept or AtomKind.Take or AtomKind.RingTake or AtomKind.Told or AtomKind.NoMatch
        or AtomKind.Unstoppable or AtomKind.Fed or AtomKind.Listed or AtomKind.Untouched;

    private static bool IsObservation(AtomKind kind) => kind is AtomKind.Enter or AtomKind.Gone or AtomKind.Full or AtomKind.Stopped or AtomKind.Empty or AtomKind.Nothing
        or AtomKind.TooBig or AtomKind.Look or AtomKind.NoMatch or AtomKind.Unstoppable or AtomKind.MoveBusy or AtomKind.Ring or AtomKind.ReleaseBusy
        or AtomKind.NothingToRelease or AtomKind.Listed or AtomKind.AllCame or AtomKind.Untouched;

    // What is allowed only because destroy has begun.
    private static bool NeedsDestroy(Atom a, List<Atom> all) => a.Kind is AtomKind.Stopped or AtomKind.NoMatch
        || (a.Res == -Errno.ECANCELED && !all.Exists(t => t.Kind == AtomKind.Told && t.Request == a.Request));
}
