using AioV2.Conformance.Linearize;
using AioV2.Conformance.Parallel;

namespace AioV2.Conformance.Tests.Parallel;

/// <summary>The search without any thought: every order of the steps that real time allows is tried.</summary>
internal static class Exhaustive
{
    public static bool IsLinearizable(ContextFacts facts, IReadOnlyList<Interval<Atom>> history) =>
        Try(new ContextRules(facts), default, history, new int[history.Count]);

    private static bool Try(ContextRules rules, ContextState state, IReadOnlyList<Interval<Atom>> history, int[] done)
    {
        bool Over(int i) => done[i] == history[i].Steps.Count;
        if (Enumerable.Range(0, history.Count).All(i => Over(i) || history[i].Return == Interval<Atom>.Pending))
        {
            return true;
        }

        for (int i = 0; i < history.Count; i++)
        {
            bool waits = Enumerable.Range(0, history.Count).Any(o => o != i && !Over(o) && history[o].Return <= history[i].Invoke);
            if (Over(i) || waits || !rules.TryApply(state, history[i].Steps[done[i]], out var next, out _))
            {
                continue;
            }

            done[i]++;
            bool found = Try(rules, next, history, done);
            done[i]--;
            if (found)
            {
                return true;
            }
        }

        return false;
    }
}
