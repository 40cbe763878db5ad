using AioV2.Conformance.Linearize;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Parallel;

/// <summary>What one context of a round saw: contexts share nothing, so each is judged alone (what Herlihy and Wing call locality).</summary>
/// <param name="Plan">The round.</param>
/// <param name="Context">Which of its contexts.</param>
/// <param name="Operations">Its operations, by their first stamp.</param>
public sealed record History(RoundPlan Plan, int Context, IReadOnlyList<Operation> Operations)
{
    /// <summary>Nodes that a search visits at most.</summary>
    public const long MostNodes = 300_000;

    /// <summary>The histories of a round, one for each context.</summary>
    public static IEnumerable<History> Of(RoundPlan plan, IReadOnlyList<Operation> operations) => Enumerable.Range(0, plan.Contexts.Count)
        .Select(c => new History(plan, c, [.. operations.Where(o => o.Context == c).OrderBy(o => o.Invoke)]));

    /// <summary>How many operations were under way at the same time as one of another thread.</summary>
    public int Overlapping => Operations.Count(o => Operations.Any(p => p.Thread != o.Thread && p.Invoke < o.Return && o.Invoke < p.Return));

    /// <summary>Judges it.</summary>
    public SearchOutcome Judge() => Judge([.. Operations.Select(o => AtomsOf.Operation(o, Plan).Atoms)]);

    /// <summary>Judges it with some of its steps only.</summary>
    /// <param name="steps">For each operation those of its steps that are looked at.</param>
    public SearchOutcome Judge(IReadOnlyList<IReadOnlyList<Atom>> steps)
    {
        for (int i = 0; i < Operations.Count; i++)
        {
            if (AtomsOf.Operation(Operations[i], Plan).Violation is { } wrong)
            {
                return new SearchOutcome(SearchVerdict.NotLinearizable, 0, wrong, i);
            }
        }

        // The rest of a thread's steps is bounded by its script, so these are events, of which each request has one.
        int most = Operations.Select((o, i) => (o.Thread, steps[i].Count)).GroupBy(o => o.Thread, o => o.Count).Select(t => t.Sum()).DefaultIfEmpty().Max();
        return most > Linearizability.MostSteps
            ? new SearchOutcome(SearchVerdict.NotLinearizable, 0, new Violation("RING-6", $"more events came than the {Plan.Contexts[Context].Pipes.Count} requests have"))
            : Search(Plan.Contexts[Context].Facts, [.. Operations.Select((o, i) => new Interval<Atom>(o.Thread, o.Invoke, o.Return, steps[i]))]);
    }

    /// <summary>Judges intervals by the rules of a context.</summary>
    public static SearchOutcome Search(ContextFacts facts, IReadOnlyList<Interval<Atom>> intervals) =>
        Linearizability.Search(new ContextRules(facts), default, intervals, MostNodes);
}
