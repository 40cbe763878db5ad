namespace AioV2.Conformance.Linearize;

/// <summary>Whether a recorded history can be told as one step after the other.</summary>
public static class Linearizability
{
    /// <summary>Threads of a history at most.</summary>
    public const int MostThreads = 8;

    /// <summary>Steps of a thread at most.</summary>
    public const int MostSteps = 255;

    /// <summary>Looks for an order, see <see cref="LinearizabilitySearch{TState, TStep}"/>.</summary>
    /// <param name="rules">What is allowed.</param>
    /// <param name="start">The state that the history began in.</param>
    /// <param name="history">The operations; those of one thread must not overlap.</param>
    /// <param name="mostNodes">Pairs of cut and state after which the search gives up.</param>
    /// <exception cref="ArgumentException">Operations of one thread overlap, or there are too many.</exception>
    public static SearchOutcome Search<TState, TStep>(
        ISequentialRules<TState, TStep> rules, TState start, IReadOnlyList<Interval<TStep>> history, long mostNodes = 1_000_000)
        where TState : struct, IEquatable<TState> => new LinearizabilitySearch<TState, TStep>(rules, history, mostNodes).Run(start);
}
