using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using AioV2.Abi;
using AioV2.Conformance.Linearize;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Parallel;

/// <summary>What one context may do, one step at a time: the sequential specification of parallel rounds.</summary>
/// <remarks>It knows nothing of data, attributes or errors of arguments, which sequences of calls test; only what threads can disagree
/// about: who gets an event, whether there is one, slots, the ring's positions, moves, the end.</remarks>
public sealed class ContextRules(ContextFacts facts) : ISequentialRules<ContextState, Atom>
{
    /// <summary>The requirement that a step which is allowed has shown to hold.</summary>
    public static string Shows(AtomKind kind) => kind switch
    {
        AtomKind.Accept => "SUBMIT-1",
        AtomKind.Full or AtomKind.Stopped => "RING-9",
        AtomKind.Take => "GET-5",
        AtomKind.RingTake => "RING-4",
        AtomKind.Empty or AtomKind.Look => "RING-8",
        AtomKind.Nothing => "GET-1",
        AtomKind.TooBig => "GET-3",
        AtomKind.Told or AtomKind.NoMatch or AtomKind.Unstoppable => "CANCEL-1",
        AtomKind.Resized or AtomKind.MoveBusy or AtomKind.Ring or AtomKind.Released or AtomKind.ReleaseBusy or AtomKind.NothingToRelease => "RING-11",
        AtomKind.Listed => "LIST-1",
        AtomKind.AllCame => "RING-6",
        AtomKind.Kill or AtomKind.Ended or AtomKind.Gone or AtomKind.Untouched => "DESTROY-1",
        AtomKind.Enter or AtomKind.Fed => "ERR-1",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <inheritdoc/>
    public bool TryApply(in ContextState state, in Atom step, out ContextState next, [NotNullWhen(false)] out Violation? refusal)
    {
        next = state;
        refusal = step.Kind switch
        {
            AtomKind.Enter => Unless(state.Life == ContextLife.Alive, "DESTROY-1", "a call was let in after destroy had begun"),
            AtomKind.Gone => Unless(state.Life != ContextLife.Alive, "DESTROY-1", "a call said -ENXIO before destroy had begun"),
            AtomKind.Kill => Kill(ref next),
            AtomKind.Ended => Ended(ref next),
            AtomKind.Fed => Fed(ref next, step),
            AtomKind.RingTake => RingTake(ref next, step),
            AtomKind.Empty => Empty(ref next, step),
            AtomKind.Look => Look(ref next, step),
            AtomKind.AllCame => AllCame(state),
            AtomKind.Untouched => Untouched(state, step),
            _ when state.Life == ContextLife.Dead => new Violation("DESTROY-1", "a call did its work after destroy had returned"),
            AtomKind.Accept => Accept(ref next, step),
            AtomKind.Full => Unless(Outstanding(state) >= facts.NrReqs, "RING-9", $"-EAGAIN with {Outstanding(state)} of {facts.NrReqs} slots taken at most"),
            AtomKind.Stopped => Unless(Outstanding(state) >= facts.NrReqs || state.Life != ContextLife.Alive, "SUBMIT-1", "valid records with a slot free were not accepted"),
            AtomKind.Take => Take(ref next, step),
            AtomKind.Nothing => Nothing(state),
            AtomKind.TooBig => Unless(Outstanding(state) > 0, "GET-3", "-EMSGSIZE though every event was taken"),
            AtomKind.Told => Told(ref next, step),
            AtomKind.NoMatch => NoMatch(state, step),
            AtomKind.Unstoppable => Unless(Has(state.Accepted & ~state.Taken, step), "CANCEL-1", $"-EALREADY for request {step.Request}, which is not there"),
            AtomKind.Listed => Listed(ref next, step),
            _ => Move(ref next, step),
        };
        return refusal is null;
    }

    private static Violation? Unless(bool holds, string requirement, string message) => holds ? null : new Violation(requirement, message);

    private static bool Has(ulong set, in Atom step) => step.Request >= 0 && (set >> step.Request & 1) != 0;

    private static ulong Bit(in Atom step) => 1ul << step.Request;

    // Slots in use are these less the events in the ring, of which it is known only how many it can hold.
    private static int Outstanding(in ContextState state) => BitOperations.PopCount(state.Accepted & ~state.Taken);

    private Violation? Accept(ref ContextState state, in Atom step)
    {
        if (Has(state.Accepted, step))
        {
            return new Violation("SUBMIT-1", $"request {step.Request} was accepted twice");
        }

        if (Outstanding(state) - facts.RingEvents >= facts.NrReqs)
        {
            return new Violation("RING-9", $"accepted with all {facts.NrReqs} slots taken: {Outstanding(state)} requests are without their event taken, and the ring holds {facts.RingEvents} events at most");
        }

        state = state with { Accepted = state.Accepted | Bit(step) };
        return null;
    }

    private Violation? Arrive(ref ContextState state, in Atom step)
    {
        if (!Has(state.Accepted, step))
        {
            return new Violation("RING-6", step.Request < 0 ? "an event with a user_data that nobody submitted" : $"the event of request {step.Request} came before it was submitted");
        }

        if (Has(state.Taken, step))
        {
            return new Violation("RING-6", $"the event of request {step.Request} came twice");
        }

        bool read = Has(facts.BlockedReads, step);
        bool natural = read ? step.Res == ContextFacts.ReadBytes && Has(state.Fed, step) : step.Res == 0;
        bool cancelled = step.Res == -Errno.ECANCELED && (Has(state.Told, step) || state.Life != ContextLife.Alive);
        if (!natural && !cancelled)
        {
            return new Violation(step.Res == -Errno.ECANCELED ? "CANCEL-1" : "RING-6",
                $"the event of request {step.Request} says {step.Res}, which nothing led to{(read && !Has(state.Fed, step) ? ": its pipe is empty" : "")}");
        }

        state = state with { Taken = state.Taken | Bit(step) };
        return null;
    }

    private Violation? Take(ref ContextState state, in Atom step)
    {
        var refusal = Arrive(ref state, step);
        if (refusal is null && facts.IsShared)
        {
            // Every event passes through the ring (GET-5): this moved head over one, and over a pad perhaps.
            ulong head = state.Head + (ulong)facts.EventBytes;
            state = state with { Head = head, Tail = Math.Max(state.Tail, head) };
        }

        return refusal;
    }

    private Violation? RingTake(ref ContextState state, in Atom step)
    {
        if (step.A < state.Head)
        {
            return new Violation("RING-4", $"a reaper took the record at {step.A} with head at {state.Head} or further");
        }

        if (state.TailIsFinal && step.B > state.Tail)
        {
            return new Violation("DESTROY-1", $"a record up to {step.B} came into the ring of a destroyed context, whose tail was {state.Tail}");
        }

        state = state with { Head = step.B, Tail = Math.Max(state.Tail, step.B) };
        return Arrive(ref state, step);
    }

    private static Violation? Nothing(in ContextState state) => Unless((state.Done & ~state.Taken) == 0, "GET-1",
        $"a call found nothing though the event of request {BitOperations.TrailingZeroCount(state.Done & ~state.Taken)} was there");

    private static Violation? Empty(ref ContextState state, in Atom step)
    {
        if (state.Life == ContextLife.Dead)
        {
            return new Violation("DESTROY-1", "the ring of a destroyed context does not say DEAD");
        }

        if (step.A < state.Head || step.A < state.Tail)
        {
            return new Violation("RING-8", $"the ring looked empty at {step.A} with head at {state.Head} and tail at {state.Tail} or further");
        }

        if ((state.Done & ~state.Taken) != 0)
        {
            return new Violation("RING-8", $"the ring looked empty without OVERFLOW though the event of request {BitOperations.TrailingZeroCount(state.Done & ~state.Taken)} was on the list");
        }

        state = state with { Head = step.A, Tail = step.A };
        return null;
    }

    private static Violation? Look(ref ContextState state, in Atom step)
    {
        bool dead = (step.A & Aio2RingFlags.Dead) != 0, moved = (step.A & Aio2RingFlags.Moved) != 0;
        if (moved != state.Generation > step.C)
        {
            return new Violation("RING-11", $"ring {step.C} {(moved ? "says" : "does not say")} MOVED, and ring {state.Generation} is the newest");
        }

        if (moved)
        {
            return null;
        }

        if (dead ? state.Life == ContextLife.Alive : state.Life == ContextLife.Dead)
        {
            return new Violation("DESTROY-1", dead ? "the ring says DEAD before destroy had begun" : "the ring of a destroyed context does not say DEAD");
        }

        if (step.B < state.Tail)
        {
            return new Violation("RING-4", $"tail is {step.B} after it was {state.Tail}");
        }

        if (state.TailIsFinal && step.B != state.Tail)
        {
            return new Violation("DESTROY-1", $"tail moved from {state.Tail} to {step.B} after destroy had returned");
        }

        state = state with { Tail = step.B, TailIsFinal = state.Life == ContextLife.Dead };
        return null;
    }

    private static Violation? Told(ref ContextState state, in Atom step)
    {
        if (!Has(state.Accepted & ~state.Taken, step))
        {
            return new Violation("CANCEL-1", $"io_cancel2 told request {step.Request} to cancel, which is {(Has(state.Taken, step) ? "over: its event was taken" : "not submitted")}");
        }

        state = state with { Told = state.Told | Bit(step) };
        return null;
    }

    private Violation? NoMatch(in ContextState state, in Atom step) => Unless(
        !Has(facts.BlockedReads & state.Accepted & ~state.Taken & ~state.Fed & ~state.Told, step) || state.Life != ContextLife.Alive,
        "CANCEL-1", $"-ENOENT for request {step.Request}, which waits for data");

    private static Violation? Listed(ref ContextState state, in Atom step)
    {
        if (!Has(state.Accepted & ~state.Taken, step))
        {
            return new Violation("LIST-1", $"io_list2 shows request {step.Request}, which is {(Has(state.Taken, step) ? "over: its event was taken" : "not submitted")}");
        }

        state = step.A != 0 ? state with { Done = state.Done | Bit(step) } : state;
        return null;
    }

    private static Violation? Fed(ref ContextState state, in Atom step)
    {
        state = state with { Fed = state.Fed | Bit(step) };
        return null;
    }

    private static Violation? Kill(ref ContextState state)
    {
        if (state.Life != ContextLife.Alive)
        {
            return new Violation("DESTROY-1", "a second destroy said 0");
        }

        state = state with { Life = ContextLife.Dying };
        return null;
    }

    private static Violation? Ended(ref ContextState state)
    {
        state = state with { Life = ContextLife.Dead };
        return null;
    }

    private static Violation? AllCame(in ContextState state)
    {
        ulong lost = state.Accepted & ~state.Taken, waiting = lost & state.Told & ~state.Fed;
        return Unless(waiting == 0, "CANCEL-1", $"io_cancel2 told request {BitOperations.TrailingZeroCount(waiting)} to cancel, and it waits for data yet")
            ?? Unless(lost == 0, "RING-6", $"the event of request {BitOperations.TrailingZeroCount(lost)} never came");
    }

    private static Violation? Untouched(in ContextState state, in Atom step) => Unless(
        step.A != 0 || state.Life != ContextLife.Dead, "DESTROY-1", $"the read of request {step.Request} took data after destroy had returned");

    private static Violation? Move(ref ContextState state, in Atom step)
    {
        switch (step.Kind)
        {
            case AtomKind.Resized when state.Moving:
                return new Violation("RING-11", "RESIZE said 0 while a move was unfinished");
            case AtomKind.Resized when step.A != state.Generation + 1 || step.B < state.Tail:
                return new Violation("RING-11", $"RESIZE made ring {step.A} from {step.B}, after ring {state.Generation} with tail at {state.Tail} or further");
            case AtomKind.Resized:
                state = state with { Moving = true, Generation = (uint)step.A, OldEnd = step.B };
                return null;
            case AtomKind.Released when state.Moving:
                state = state with { Moving = false, Head = Math.Max(state.Head, state.OldEnd), Tail = Math.Max(state.Tail, state.OldEnd) };
                return null;
            case AtomKind.Released:
                return new Violation("RING-11", "RELEASE said 0 without a move");
            case AtomKind.MoveBusy or AtomKind.ReleaseBusy:
                return Unless(state.Moving, "RING-11", $"{(step.Kind == AtomKind.MoveBusy ? "RESIZE" : "RELEASE")} said -EBUSY without a move");
            case AtomKind.NothingToRelease:
                return Unless(!state.Moving, "RING-11", "RELEASE said -EINVAL during a move");
            case AtomKind.Ring:
                return Unless(step.A == state.Generation, "RING-11", $"GET_RING told of ring {step.A}, and ring {state.Generation} is the newest");
            default:
                throw new ArgumentOutOfRangeException(nameof(step));
        }
    }
}
