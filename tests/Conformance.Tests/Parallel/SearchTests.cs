using AioV2.Conformance.Linearize;
using AioV2.Conformance.Parallel;
using FsCheck;
using FsCheck.Fluent;
using static AioV2.Conformance.Tests.Parallel.HandMade;

namespace AioV2.Conformance.Tests.Parallel;

/// <summary>The search is what it says: as good as trying every order, and what is cut from a history proves as much as the whole.</summary>
public sealed class SearchTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(20261121, 7);

    private static readonly Arbitrary<ulong> Seeds = Gen.Choose(0, int.MaxValue).Select(n => (ulong)n * 0x9e3779b97f4a7c15).ToArbitrary();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_possible_history_has_an_order(bool shared) => Prop.ForAll(Seeds, seed =>
    {
        var outcome = History.Search(DrawnHistory.Facts(shared), DrawnHistory.Possible(seed, 14, shared));
        return outcome.Verdict == SearchVerdict.Linearizable;
    }).Check(Many);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_search_says_what_trying_every_order_says(bool shared)
    {
        int possible = 0, impossible = 0;
        var facts = DrawnHistory.Facts(shared);
        Prop.ForAll(Seeds, seed =>
        {
            foreach (var history in (IReadOnlyList<Interval<Atom>>[])[DrawnHistory.Possible(seed, 7, shared), DrawnHistory.Spoilt(seed, 7, shared), DrawnHistory.ByChance(seed, 5)])
            {
                bool all = Exhaustive.IsLinearizable(facts, history);
                _ = all ? possible++ : impossible++;
                if (all != (History.Search(facts, history).Verdict == SearchVerdict.Linearizable))
                {
                    return false;
                }
            }

            return true;
        }).Check(Many);

        // Both answers come often, else the comparison says little.
        Assert.True(possible > 300 && impossible > 300, $"{possible} possible, {impossible} impossible");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_cut_makes_a_possible_history_impossible(bool shared) => Prop.ForAll(Seeds, seed =>
    {
        var facts = DrawnHistory.Facts(shared);
        var history = DrawnHistory.Possible(seed, 12, shared);
        return HistoryShrinker.Cuts(history).All(cut => History.Search(facts, HistoryShrinker.Without(history, cut)).Verdict == SearchVerdict.Linearizable);
    }).Check(Many);

    [Fact]
    public void What_is_shrunk_fails_for_the_same_reason_and_is_small()
    {
        Interval<Atom>[] history =
        [
            T(1, 1, 4, Submit(0, 1, 2)), T(2, 2, 3, Get(0)), T(3, 5, 6, Get(1)), T(2, 7, 10, Get(2)), T(3, 8, 9, Get(2)), T(1, 11, 12, Submit(3)), T(2, 13, 14, Empty(96)),
        ];
        var outcome = History.Search(Shared(), history);

        var (shrunk, again) = HistoryShrinker.Shrink(Shared(), history, outcome);

        Assert.Equal(("RING-6", "RING-6"), (outcome.Refusal!.Requirement, again.Refusal!.Requirement));
        Assert.Equal([AtomKind.Accept, AtomKind.Take, AtomKind.Take], shrunk.SelectMany(o => o.Steps).Select(a => a.Kind));
    }

    [Fact]
    public void The_search_gives_up_at_its_bound_and_says_so()
    {
        var history = Enumerable.Range(0, 8).Select(t => T(t, t + 1, 100, [.. Enumerable.Range(0, 6).Select(i => A(AtomKind.Accept, (t * 6) + i))])).Append(T(0, 200, 201, A(AtomKind.AllCame)));

        var outcome = Linearizability.Search(new ContextRules(Shared(slots: 64)), default(ContextState), [.. history], mostNodes: 1000);

        Assert.Equal(SearchVerdict.Undecided, outcome.Verdict);
    }

    [Fact]
    public void Operations_of_one_thread_must_not_overlap() =>
        Assert.Throws<ArgumentException>(() => History.Search(Shared(), [T(1, 1, 5, Submit(0)), T(1, 3, 7, Submit(1))]));
}
