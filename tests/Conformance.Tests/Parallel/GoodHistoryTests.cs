using AioV2.Abi;
using AioV2.Conformance.Linearize;
using AioV2.Conformance.Parallel;
using AioV2.Tests;
using static AioV2.Conformance.Tests.Parallel.HandMade;

namespace AioV2.Conformance.Tests.Parallel;

/// <summary>Histories that may be: the search finds an order.</summary>
public sealed class GoodHistoryTests
{
    private static void Possible(ContextFacts facts, params Interval<Atom>[] history)
    {
        var outcome = Judge(facts, history);
        Assert.True(outcome.Verdict == SearchVerdict.Linearizable, $"{outcome}");
    }

    [Fact]
    public void Nothing_happened() => Possible(Shared());

    [Fact, Requirement("RING-6")]
    public void An_event_comes_while_its_submit_has_not_returned() => Possible(Shared(),
        T(1, 1, 6, Submit(0)),
        T(2, 2, 4, Get(0)));

    [Fact, Requirement("GET-5")]
    public void Two_reapers_share_what_two_submitters_put_in() => Possible(Shared(),
        T(1, 1, 9, Submit(0, 1)),
        T(2, 2, 8, Submit(2, 3)),
        T(3, 3, 10, Get(3, 0)),
        T(4, 4, 11, Get(2, 1)),
        T(0, 12, 13, A(AtomKind.AllCame)));

    [Fact, Requirement("RING-4")]
    public void Reapers_of_call_and_ring_take_turns() => Possible(Shared(),
        T(1, 1, 2, Submit(0, 1, 2)),
        T(2, 3, 8, Reap(0, 0)),
        T(3, 4, 7, Get(1)),
        T(2, 9, 10, Reap(2, 48)),
        T(2, 11, 12, Empty(72)));

    [Fact, Requirement("RING-8")]
    public void Empty_may_be_before_a_submit_that_overlaps() => Possible(Shared(),
        T(1, 1, 6, Submit(0)),
        T(2, 2, 5, Empty(0)),
        T(3, 3, 4, A(AtomKind.Enter), A(AtomKind.Listed, 0, a: 1)),
        T(2, 7, 8, Get(0)));

    [Fact, Requirement("RING-9")]
    public void A_slot_is_free_again_in_the_middle_of_a_get() => Possible(Private(slots: 1),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 9, Get(0)),
        T(1, 4, 5, A(AtomKind.Enter), A(AtomKind.Full)),
        T(1, 6, 7, Submit(1)),
        T(2, 10, 11, Get(1)));

    [Fact, Requirement("RING-9")]
    public void What_stands_in_the_ring_holds_no_slot() => Possible(Shared(slots: 2),
        T(1, 1, 2, Submit(0, 1, 2, 3)),
        T(1, 3, 4, [.. Submit(4, 5), A(AtomKind.Stopped)]),
        T(2, 5, 6, Get(0, 1, 2, 3, 4, 5)));

    [Fact, Requirement("CANCEL-1")]
    public void A_cancelled_read_ends_with_what_was_there_first() => Possible(Shared(),
        T(1, 1, 2, Submit(6)),
        T(2, 3, 8, A(AtomKind.Fed, 6)),
        T(1, 4, 7, A(AtomKind.Enter), A(AtomKind.Told, 6)),
        T(3, 9, 10, Get(6)));

    [Fact, Requirement("CANCEL-1")]
    public void Data_that_comes_between_the_cancel_and_the_end_may_be_the_natural_result() => Possible(Shared(),
        T(1, 1, 2, Submit(6)),
        T(1, 3, 4, A(AtomKind.Enter), A(AtomKind.Told, 6)),
        T(2, 5, 6, A(AtomKind.Fed, 6)),
        T(3, 7, 8, Get(6)),
        T(0, 9, 10, A(AtomKind.AllCame)));

    [Fact, Requirement("CANCEL-1")]
    public void A_cancel_finds_nothing_when_it_comes_first_or_last() => Possible(Shared(),
        T(1, 1, 4, Submit(6)),
        T(2, 2, 3, A(AtomKind.Enter), A(AtomKind.NoMatch, 6)),
        T(2, 5, 6, A(AtomKind.Enter), A(AtomKind.Told, 6)),
        T(2, 7, 8, A(AtomKind.Enter), A(AtomKind.NoMatch, 6)),
        T(3, 9, 10, A(AtomKind.Enter), A(AtomKind.Take, 6, -Errno.ECANCELED)));

    [Fact, Requirement("RING-11")]
    public void A_move_is_seen_by_some_and_not_yet_by_others() => Possible(Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 9, A(AtomKind.Enter), A(AtomKind.Resized, a: 1, b: 24)),
        T(1, 4, 5, Look(Aio2RingFlags.Moved, 24)),
        T(3, 4, 6, Look(0, 24)),
        T(3, 7, 8, Reap(0, 0)),
        T(3, 10, 11, A(AtomKind.Enter), A(AtomKind.Released)),
        T(3, 12, 13, A(AtomKind.Enter), A(AtomKind.Resized, a: 2, b: 24)));

    [Fact, Requirement("DESTROY-1")]
    public void Calls_that_were_inside_end_and_later_ones_are_refused() => Possible(Shared(),
        T(1, 1, 2, Submit(0, 6)),
        T(2, 3, 9, Destroy()),
        T(3, 4, 8, Get(0)),
        T(1, 5, 6, A(AtomKind.Gone)),
        T(1, 10, 11, A(AtomKind.Gone)),
        T(1, 12, 13, Look(Aio2RingFlags.Dead, 48)),
        T(3, 14, 15, A(AtomKind.RingTake, 6, -Errno.ECANCELED, 24, 48)),
        T(1, 16, 17, Look(Aio2RingFlags.Dead, 48)));

    [Fact, Requirement("DESTROY-1")]
    public void Of_two_destroys_one_comes_late() => Possible(Shared(),
        T(1, 1, 5, Destroy()),
        T(2, 2, 3, A(AtomKind.Gone)));

    [Fact]
    public void What_never_returned_may_have_happened_or_not() => Possible(Shared(),
        T(1, 1, Interval<Atom>.Pending, Submit(0, 1)),
        T(2, 2, 3, Get(0)),
        T(3, 4, 5, Empty(24)));
}
