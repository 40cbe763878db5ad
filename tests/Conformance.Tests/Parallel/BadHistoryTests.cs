using AioV2.Abi;
using AioV2.Conformance.Linearize;
using AioV2.Conformance.Parallel;
using AioV2.Tests;
using static AioV2.Conformance.Tests.Parallel.HandMade;

namespace AioV2.Conformance.Tests.Parallel;

/// <summary>Histories that cannot be: the search finds no order, and says what is broken.</summary>
public sealed class BadHistoryTests
{
    private static void Impossible(string requirement, string because, ContextFacts facts, params Interval<Atom>[] history)
    {
        var outcome = Judge(facts, history);

        Assert.Equal(SearchVerdict.NotLinearizable, outcome.Verdict);
        Assert.Equal(requirement, outcome.Refusal!.Requirement);
        Assert.Contains(because, outcome.Refusal.Message);
        var (_, shrunk) = HistoryShrinker.Shrink(facts, history, outcome);
        Assert.Equal((SearchVerdict.NotLinearizable, requirement), (shrunk.Verdict, shrunk.Refusal!.Requirement));
    }

    [Fact, Requirement("RING-6")]
    public void An_event_is_lost() => Impossible("RING-6", "request 1 never came", Shared(),
        T(1, 1, 2, Submit(0, 1)),
        T(2, 3, 4, Get(0)),
        T(0, 5, 6, A(AtomKind.AllCame)));

    [Fact, Requirement("RING-6", "GET-5")]
    public void An_event_reaches_two_reapers() => Impossible("RING-6", "came twice", Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 6, Get(0)),
        T(3, 4, 5, Get(0)));

    [Fact, Requirement("RING-6")]
    public void An_event_comes_before_its_submit() => Impossible("RING-6", "before it was submitted", Shared(),
        T(2, 1, 2, Get(0)),
        T(1, 3, 4, Submit(0)));

    [Fact, Requirement("RING-6")]
    public void An_event_comes_that_nobody_submitted() => Impossible("RING-6", "nobody submitted", Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 4, A(AtomKind.Enter), A(AtomKind.Take, -1)));

    [Fact, Requirement("DESTROY-1")]
    public void A_call_reaps_after_destroy() => Impossible("DESTROY-1", "", Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 4, Destroy()),
        T(1, 5, 6, Get(0)));

    [Fact, Requirement("DESTROY-1")]
    public void A_call_says_ENXIO_before_destroy_began() => Impossible("DESTROY-1", "-ENXIO before", Shared(),
        T(1, 1, 2, A(AtomKind.Gone)),
        T(2, 3, 4, Destroy()));

    [Fact, Requirement("DESTROY-1")]
    public void A_call_is_let_in_after_another_said_ENXIO() => Impossible("DESTROY-1", "let in", Shared(),
        T(2, 1, 9, Destroy()),
        T(1, 2, 3, A(AtomKind.Gone)),
        T(1, 4, 5, Submit(0)));

    [Fact, Requirement("DESTROY-1")]
    public void Both_of_two_destroys_succeed() => Impossible("DESTROY-1", "second destroy", Shared(),
        T(1, 1, 5, Destroy()),
        T(2, 2, 3, Destroy()));

    [Fact, Requirement("DESTROY-1")]
    public void The_ring_is_written_after_destroy() => Impossible("DESTROY-1", "after destroy", Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 4, Destroy()),
        T(1, 5, 6, Look(Aio2RingFlags.Dead, 0)),
        T(1, 7, 8, Look(Aio2RingFlags.Dead, 24)));

    [Fact, Requirement("DESTROY-1")]
    public void Destroy_returns_before_the_ring_says_DEAD() => Impossible("DESTROY-1", "does not say DEAD", Shared(),
        T(2, 1, 2, Destroy()),
        T(1, 3, 4, Look(0, 0)));

    [Fact, Requirement("DESTROY-1")]
    public void A_read_takes_data_after_destroy() => Impossible("DESTROY-1", "took data after", Shared(),
        T(1, 1, 2, Submit(6)),
        T(2, 3, 4, Destroy()),
        T(1, 5, 6, A(AtomKind.Untouched, 6, a: 0)));

    [Fact, Requirement("RING-8")]
    public void A_reaper_reads_an_old_tail() => Impossible("RING-8", "looked empty", Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 4, Look(0, 24)),
        T(3, 5, 6, Empty(0)));

    [Fact, Requirement("RING-8")]
    public void OVERFLOW_falls_with_an_event_on_the_list() => Impossible("RING-8", "on the list", Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 4, A(AtomKind.Enter), A(AtomKind.Listed, 0, a: 1)),
        T(3, 5, 6, Empty(0)),
        T(3, 7, 8, Get(0)));

    [Fact, Requirement("GET-1")]
    public void A_call_finds_nothing_though_an_event_is_there() => Impossible("GET-1", "found nothing", Private(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 4, A(AtomKind.Enter), A(AtomKind.Listed, 0, a: 1)),
        T(3, 5, 6, A(AtomKind.Enter), A(AtomKind.Nothing)),
        T(3, 7, 8, Get(0)));

    [Fact, Requirement("RING-4")]
    public void One_reaper_sees_the_ring_go_back() => Impossible("RING-4", "with head at", Shared(),
        T(1, 1, 2, Submit(0, 1)),
        T(2, 3, 4, Reap(1, 24)),
        T(2, 5, 6, Reap(0, 0)));

    [Fact, Requirement("RING-4")]
    public void The_tail_goes_back() => Impossible("RING-4", "tail is 24 after it was 48", Shared(),
        T(1, 1, 2, Submit(0, 1)),
        T(2, 3, 4, Look(0, 48)),
        T(3, 5, 6, Look(0, 24)));

    [Fact, Requirement("RING-9")]
    public void More_are_accepted_than_there_are_slots() => Impossible("RING-9", "all 2 slots taken", Private(slots: 2),
        T(1, 1, 4, Submit(0, 1)),
        T(2, 2, 5, Submit(2)),
        T(3, 6, 7, Get(0, 1, 2)));

    [Fact, Requirement("RING-9")]
    public void EAGAIN_comes_with_a_slot_free() => Impossible("RING-9", "-EAGAIN", Shared(slots: 2),
        T(1, 1, 2, Submit(0, 1)),
        T(2, 3, 4, Get(0)),
        T(1, 5, 6, A(AtomKind.Enter), A(AtomKind.Full)));

    [Fact, Requirement("CANCEL-1")]
    public void A_read_that_was_told_to_cancel_waits_for_data_yet() => Impossible("CANCEL-1", "waits for data yet", Shared(),
        T(1, 1, 2, Submit(0, 6)),
        T(1, 3, 4, A(AtomKind.Enter), A(AtomKind.Told, 6)),
        T(3, 5, 6, Get(0)),
        T(0, 7, 8, A(AtomKind.AllCame)));

    [Fact, Requirement("CANCEL-1")]
    public void ECANCELED_comes_without_a_cancel() => Impossible("CANCEL-1", "which nothing led to", Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 4, A(AtomKind.Enter), A(AtomKind.Take, 0, -Errno.ECANCELED)),
        T(1, 5, 6, A(AtomKind.Enter), A(AtomKind.NoMatch, 0)));

    [Fact, Requirement("CANCEL-1")]
    public void A_cancel_says_1_after_the_event_was_taken() => Impossible("CANCEL-1", "which is over", Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 4, Get(0)),
        T(1, 5, 6, A(AtomKind.Enter), A(AtomKind.Told, 0)));

    [Fact, Requirement("CANCEL-1")]
    public void A_cancel_does_not_find_a_read_that_waits() => Impossible("CANCEL-1", "waits for data", Shared(),
        T(1, 1, 2, Submit(6)),
        T(2, 3, 4, A(AtomKind.Enter), A(AtomKind.NoMatch, 6)));

    [Fact, Requirement("RING-6")]
    public void A_read_ends_with_data_that_nobody_wrote_yet() => Impossible("RING-6", "its pipe is empty", Shared(),
        T(1, 1, 2, Submit(6)),
        T(3, 3, 4, Get(6)),
        T(2, 5, 6, A(AtomKind.Fed, 6)));

    [Fact, Requirement("LIST-1")]
    public void The_list_shows_what_was_taken() => Impossible("LIST-1", "which is over", Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 4, Get(0)),
        T(3, 5, 6, A(AtomKind.Enter), A(AtomKind.Listed, 0, a: 1)));

    [Fact, Requirement("RING-11")]
    public void Two_moves_at_once() => Impossible("RING-11", "unfinished", Shared(),
        T(1, 1, 4, A(AtomKind.Enter), A(AtomKind.Resized, a: 1)),
        T(2, 2, 5, A(AtomKind.Enter), A(AtomKind.Resized, a: 2)));

    [Fact, Requirement("RING-11")]
    public void The_old_ring_does_not_say_MOVED() => Impossible("RING-11", "does not say", Shared(),
        T(1, 1, 2, A(AtomKind.Enter), A(AtomKind.Resized, a: 1)),
        T(2, 3, 4, Look(0, 0)));

    [Fact, Requirement("RING-11")]
    public void A_released_ring_gives_an_event_yet() => Impossible("RING-4", "with head at", Shared(),
        T(1, 1, 2, Submit(0)),
        T(2, 3, 4, A(AtomKind.Enter), A(AtomKind.Resized, a: 1, b: 24)),
        T(2, 5, 6, A(AtomKind.Enter), A(AtomKind.Released)),
        T(1, 7, 8, Reap(0, 0)));
}
