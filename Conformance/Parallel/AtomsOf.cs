using AioV2.Abi;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Parallel;

/// <summary>Takes operations apart into their steps; what no state at all allows is told at once.</summary>
internal static class AtomsOf
{
    /// <summary>The steps of an operation, or what is wrong with its answer whatever the others did.</summary>
    public static (IReadOnlyList<Atom> Atoms, Violation? Violation) Operation(Operation o, RoundPlan plan)
    {
        var its = plan.Contexts[o.Context];
        return o.Kind switch
        {
            _ when o.Result == -Errno.ENXIO && IsCall(o.Kind) => Good(new Atom(AtomKind.Gone)),
            OperationKind.Submit => Submit(o, its),
            OperationKind.Get => Get(o, plan, its),
            OperationKind.Reap => Reap(o, plan, its),
            OperationKind.Look => Good(new Atom(AtomKind.Look, A: (ulong)o.A, B: (ulong)o.B, C: (uint)o.C)),
            OperationKind.Cancel => Cancel(o),
            OperationKind.Feed => o.Result == ContextFacts.ReadBytes ? Good(new Atom(AtomKind.Fed, (int)o.A)) : Bad("ERR-1", $"write to a pipe gave {o.Result}"),
            OperationKind.Resize => Answer(o, new Atom(AtomKind.Resized, A: (ulong)o.B, B: (ulong)o.A), new Atom(AtomKind.MoveBusy), null),
            OperationKind.GetRing => Answer(o, new Atom(AtomKind.Ring, A: (ulong)o.B), null, null),
            OperationKind.Release => Answer(o, new Atom(AtomKind.Released), new Atom(AtomKind.ReleaseBusy), new Atom(AtomKind.NothingToRelease)),
            OperationKind.List => List(o, plan),
            OperationKind.Destroy => o.Result == 0 ? Good(new Atom(AtomKind.Kill), new Atom(AtomKind.Ended)) : Bad("DESTROY-1", $"io_destroy2 gave {o.Result}"),
            OperationKind.Quiet => Good(new Atom(AtomKind.AllCame)),
            OperationKind.Afterwards => Good(new Atom(AtomKind.Untouched, (int)o.A, A: (ulong)o.Result)),
            _ => throw new ArgumentOutOfRangeException(nameof(o)),
        };
    }

    private static bool IsCall(OperationKind kind) =>
        kind is not (OperationKind.Reap or OperationKind.Look or OperationKind.Feed or OperationKind.Quiet or OperationKind.Afterwards);

    private static (IReadOnlyList<Atom>, Violation?) Good(params Atom[] atoms) => (atoms, null);

    private static (IReadOnlyList<Atom>, Violation?) Bad(string requirement, string message) => ([], new Violation(requirement, message));

    private static (IReadOnlyList<Atom>, Violation?) Submit(Operation o, ContextPlan its)
    {
        var atoms = new List<Atom> { new(AtomKind.Enter) };
        if (o.Result == -Errno.EAGAIN)
        {
            atoms.Add(new Atom(AtomKind.Full));
            return (atoms, null);
        }

        long accepted = o.Result / its.IocbBytes;
        if (o.Result <= 0 || o.Result % its.IocbBytes != 0 || accepted > o.B)
        {
            return Bad("SUBMIT-1", $"io_submit2 of {o.B} valid records gave {o.Result}");
        }

        for (long i = o.A; i < o.A + accepted; i++)
        {
            atoms.Add(new Atom(AtomKind.Accept, (int)i));
        }

        if (accepted < o.B)
        {
            atoms.Add(new Atom(AtomKind.Stopped));
        }

        return (atoms, null);
    }

    private static (IReadOnlyList<Atom>, Violation?) Get(Operation o, RoundPlan plan, ContextPlan its)
    {
        if (o.Result == -Errno.EMSGSIZE)
        {
            return o.A < its.EventBytes ? Good(new Atom(AtomKind.Enter), new Atom(AtomKind.TooBig)) : Bad("GET-3", $"-EMSGSIZE with room for {o.A / its.EventBytes} event(s)");
        }

        if (o.Result < 0 || o.Result > o.A || o.Result % its.EventBytes != 0 || o.Events.Count != o.Result / its.EventBytes)
        {
            return Bad(o.Result < 0 ? "ERR-1" : "GET-1", $"io_getevents2 with room for {o.A} bytes gave {o.Result}, events are of {its.EventBytes}");
        }

        if (o.Result == 0)
        {
            // Never 0 before the timeout; what is measured around the call is not less than what passed inside.
            return o.B > 0 && o.C < 0 ? Bad("GET-1", "io_getevents2 without a timeout gave 0")
                : o.B > 0 && o.ElapsedNs < o.C ? Bad("GET-1", $"io_getevents2 gave 0 after {o.ElapsedNs} of {o.C} ns")
                : Good(new Atom(AtomKind.Enter), new Atom(AtomKind.Nothing));
        }

        return ([new Atom(AtomKind.Enter), .. o.Events.Select(e => new Atom(AtomKind.Take, plan.RequestOf(o.Context, e.UserData), e.Res))], null);
    }

    private static (IReadOnlyList<Atom>, Violation?) Reap(Operation o, RoundPlan plan, ContextPlan its)
    {
        if (o.Result <= RoundThread.Anomalous)
        {
            return Bad("RING-3", $"the ring shows bad {(RingAnomaly)(RoundThread.Anomalous - o.Result)} at {o.B}");
        }

        if (o.Result > 0)
        {
            var e = o.Events[0];
            return o.Result != its.EventBytes
                ? Bad("RING-6", $"a record of {o.Result} bytes, events are of {its.EventBytes}")
                : Good(new Atom(AtomKind.RingTake, plan.RequestOf(o.Context, e.UserData), e.Res, e.Position, e.Next));
        }

        return o.A == 0 ? Good(new Atom(AtomKind.Empty, A: (ulong)o.B, C: (uint)o.C)) : Good();
    }

    private static (IReadOnlyList<Atom>, Violation?) Cancel(Operation o) => o.Result switch
    {
        1 => Good(new Atom(AtomKind.Enter), new Atom(AtomKind.Told, (int)o.A)),
        -Errno.ENOENT => Good(new Atom(AtomKind.Enter), new Atom(AtomKind.NoMatch, (int)o.A)),
        -Errno.EALREADY => Good(new Atom(AtomKind.Enter), new Atom(AtomKind.Unstoppable, (int)o.A)),
        -Errno.ENOSYS => Good(),
        _ => Bad("CANCEL-1", $"io_cancel2 of one user_data gave {o.Result}"),
    };

    private static (IReadOnlyList<Atom>, Violation?) List(Operation o, RoundPlan plan)
    {
        if (o.Result == -Errno.ENOSYS)
        {
            return Good();
        }

        return o.Result < 0 ? Bad("LIST-1", $"io_list2 with room for all gave {o.Result}")
            : ([new Atom(AtomKind.Enter), .. o.Events.Select(e => new Atom(AtomKind.Listed, plan.RequestOf(o.Context, e.UserData), e.Res, e.Position == Aio2RequestState.Done ? 1ul : 0))], null);
    }

    private static (IReadOnlyList<Atom>, Violation?) Answer(Operation o, Atom done, Atom? busy, Atom? nothing) => o.Result switch
    {
        0 => Good(new Atom(AtomKind.Enter), done),
        -Errno.EBUSY when busy is { } b => Good(new Atom(AtomKind.Enter), b),
        -Errno.EINVAL when nothing is { } n => Good(new Atom(AtomKind.Enter), n),
        _ => Bad("RING-11", $"{o.Kind} gave {o.Result}"),
    };
}
