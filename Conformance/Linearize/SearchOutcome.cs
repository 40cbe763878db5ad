using AioV2.Conformance.Model;

namespace AioV2.Conformance.Linearize;

/// <summary>What a search found.</summary>
public enum SearchVerdict
{
    /// <summary>There is an order that the rules allow.</summary>
    Linearizable,

    /// <summary>There is none.</summary>
    NotLinearizable,

    /// <summary>The search's bound was reached first.</summary>
    Undecided,
}

/// <summary>The end of a search.</summary>
/// <param name="Verdict">Whether there is an order.</param>
/// <param name="Nodes">Pairs of a cut through the history and a state that were visited.</param>
/// <param name="Refusal">Where there is none: why the operation that had to come next was refused on the way that got furthest.</param>
/// <param name="Stuck">That operation's place in the history, or -1.</param>
public sealed record SearchOutcome(SearchVerdict Verdict, long Nodes, Violation? Refusal = null, int Stuck = -1);
