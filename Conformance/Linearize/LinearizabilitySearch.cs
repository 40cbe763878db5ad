using AioV2.Conformance.Model;

namespace AioV2.Conformance.Linearize;

/// <summary>Looks for an order of a history's steps that the sequential rules allow and that real time allows.</summary>
/// <remarks>
/// <para>Wing and Gong's search (Testing and Verifying Concurrent Objects, 1993): the next step in the order belongs to an operation that
/// no other, not yet finished in the order, returned before. Pruned as Lowe does (Testing for Linearizability, 2017): a pair of the set of steps
/// that are in the order and the state that they lead to is entered once. Because a thread's operations follow each other, that set is
/// a cut: one count for each thread, here one byte each of a 64-bit word.</para>
/// <para>A step that leaves the state as it is and is possible now goes in now, without a choice: whatever order exists
/// with it later exists with it here too.</para></remarks>
/// <typeparam name="TState">The state.</typeparam>
/// <typeparam name="TStep">A step.</typeparam>
internal sealed class LinearizabilitySearch<TState, TStep>
    where TState : struct, IEquatable<TState>
{
    private readonly record struct Node(ulong Cut, TState State);

    private readonly ISequentialRules<TState, TStep> _rules;
    private readonly long _mostNodes;
    private readonly IReadOnlyList<Interval<TStep>> _history;
    private readonly Placed[][] _threads;
    private readonly HashSet<Node> _visited = [];
    private int _furthest = -1;
    private Violation? _refusal;
    private int _stuck = -1;

    // A step in its thread: the operation it belongs to, and what that needs.
    private readonly record struct Placed(int Operation, long Invoke, long Return, TStep Step);

    internal LinearizabilitySearch(ISequentialRules<TState, TStep> rules, IReadOnlyList<Interval<TStep>> history, long mostNodes)
    {
        (_rules, _history, _mostNodes) = (rules, history, mostNodes);
        int threads = history.Count == 0 ? 0 : history.Max(o => o.Thread) + 1;
        _threads = [.. Enumerable.Range(0, threads).Select(StepsOf)];
        if (threads > Linearizability.MostThreads || _threads.Any(t => t.Length > Linearizability.MostSteps))
        {
            throw new ArgumentException($"a history has at most {Linearizability.MostThreads} threads of {Linearizability.MostSteps} steps", nameof(history));
        }
    }

    private Placed[] StepsOf(int thread)
    {
        var mine = _history.Select((o, i) => (Operation: o, Index: i)).Where(o => o.Operation.Thread == thread).OrderBy(o => o.Operation.Invoke).ToList();
        for (int i = 1; i < mine.Count; i++)
        {
            if (mine[i].Operation.Invoke < mine[i - 1].Operation.Return)
            {
                throw new ArgumentException($"operations of thread {thread} overlap", nameof(thread));
            }
        }

        return [.. mine.SelectMany(o => o.Operation.Steps.Select(s => new Placed(o.Index, o.Operation.Invoke, o.Operation.Return, s)))];
    }

    /// <summary>Searches from a state on.</summary>
    public SearchOutcome Run(TState start)
    {
        // Depth first; the stack is bounded by the steps times the threads.
        var stack = new Stack<Node>();
        stack.Push(new Node(0, start));
        Span<int> candidates = stackalloc int[Linearizability.MostThreads];
        while (stack.TryPop(out var node))
        {
            if (!_visited.Add(node))
            {
                continue;
            }

            if (_visited.Count > _mostNodes)
            {
                return new SearchOutcome(SearchVerdict.Undecided, _visited.Count);
            }

            int count = Candidates(node.Cut, candidates);
            if (count < 0)
            {
                return new SearchOutcome(SearchVerdict.Linearizable, _visited.Count);
            }

            Expand(node, candidates[..count], stack);
        }

        return new SearchOutcome(SearchVerdict.NotLinearizable, _visited.Count, _refusal, _stuck);
    }

    // The threads whose next step may come next, the one whose operation returned last first; -1 where nothing has to come any more.
    private int Candidates(ulong cut, Span<int> candidates)
    {
        long earliest = Interval<TStep>.Pending;
        for (int t = 0; t < _threads.Length; t++)
        {
            int at = At(cut, t);
            earliest = at < _threads[t].Length ? Math.Min(earliest, _threads[t][at].Return) : earliest;
        }

        if (earliest == Interval<TStep>.Pending)
        {
            return -1;
        }

        int count = 0;
        for (int t = 0; t < _threads.Length; t++)
        {
            int at = At(cut, t);
            if (at < _threads[t].Length && _threads[t][at].Invoke < earliest)
            {
                int place = count++;
                while (place > 0 && _threads[candidates[place - 1]][At(cut, candidates[place - 1])].Return < _threads[t][at].Return)
                {
                    candidates[place] = candidates[place - 1];
                    place--;
                }

                candidates[place] = t;
            }
        }

        return count;
    }

    private void Expand(in Node node, ReadOnlySpan<int> candidates, Stack<Node> stack)
    {
        int mark = stack.Count;
        foreach (int t in candidates)
        {
            ref readonly var placed = ref _threads[t][At(node.Cut, t)];
            if (!_rules.TryApply(node.State, placed.Step, out var next, out var refusal))
            {
                Remember(node.Cut, placed, refusal);
                continue;
            }

            var after = new Node(node.Cut + (1ul << (8 * t)), next);
            if (next.Equals(node.State))
            {
                Unwind(stack, mark);
                stack.Push(after);
                return;
            }

            stack.Push(after);
        }
    }

    private static void Unwind(Stack<Node> stack, int to)
    {
        while (stack.Count > to)
        {
            stack.Pop();
        }
    }

    // Of all refusals that of the way that got furthest is told, and there that of the operation that returned first.
    private void Remember(ulong cut, in Placed placed, Violation refusal)
    {
        int done = 0;
        for (int t = 0; t < _threads.Length; t++)
        {
            done += At(cut, t);
        }

        if (done > _furthest || (done == _furthest && placed.Return < _history[_stuck].Return))
        {
            (_furthest, _refusal, _stuck) = (done, refusal, placed.Operation);
        }
    }

    private static int At(ulong cut, int thread) => (int)(cut >> (8 * thread) & 0xff);
}
