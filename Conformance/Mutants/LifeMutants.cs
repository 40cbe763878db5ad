using System.Collections.Concurrent;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Mutants;

/// <summary>Mistakes of io_destroy2, io_issue2, io_probe2 and io_ring_ctl2, and of slots.</summary>
internal static unsafe class LifeMutants
{
    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("hangs in io_destroy2", MutantKind.Answer, ["DESTROY-1"], inner => new Altered(inner) { OnDestroy = _ => Sleep() }),
        new("refuses to destroy while requests are outstanding", MutantKind.Answer, ["DESTROY-1"], Refuses),
        new("says -EINVAL for an id that is none", MutantKind.Answer, ["ERR-1", "DESTROY-1"], inner => new Altered(inner) { OnDestroy = ctx => None(inner.Destroy(ctx)) }),
        new("starts a thread for each context", MutantKind.Answer, ["DESTROY-2"], StartsThread),
        Issues("writes the event of an iocb that is refused", inner => (iocb, iocbBytes, e, bytes, flags) => Refused(inner.Issue(iocb, iocbBytes, e, bytes, flags), e)),
        Issues("runs before it looks at the room for the event", RunsFirst),
        Probes("describes what nobody knows", inner => (what, buffer, bytes) => inner.Probe(what > Aio2Probe.Last ? Aio2Probe.Kernel : what, buffer, bytes)),
        Controls("ignores an unknown operation", ["ERR-1"], inner => (ctx, op, arg) => inner.RingCtl(ctx, op, arg) is var result && result == -Errno.EINVAL && op > Aio2Ctl.Last ? 0 : result),
        Controls("keeps its eventfd when told to drop it", ["RING-10"], inner => (ctx, op, arg) => inner.RingCtl(ctx, op, arg) is var result && result == 0 && op == Aio2Ctl.EventfdDetach ? inner.RingCtl(ctx, Aio2Ctl.EventfdAttach, WorldLayout.Eventfd + 1) : result),
        Controls("frees a ring that still has events", ["RING-11"], inner => (ctx, op, arg) => inner.RingCtl(ctx, op, arg) is var result && result == -Errno.EBUSY && op == Aio2Ctl.Release ? 0 : result),
        new("has one slot more than it says", MutantKind.Answer, ["RING-9"], inner => Slots(inner, 1)),
    ];

    private static Mutant Issues(string name, Func<IAio2, IssueCall> body) => new(name, MutantKind.Answer, ["ISSUE-1"], inner => new Altered(inner) { OnIssue = body(inner) });

    private static Mutant Probes(string name, Func<IAio2, ProbeCall> body) => new(name, MutantKind.Answer, ["PROBE-1"], inner => new Altered(inner) { OnProbe = body(inner) });

    private static Mutant Controls(string name, string[] requirements, Func<IAio2, RingCtlCall> body) =>
        new(name, MutantKind.Answer, requirements, inner => new Altered(inner) { OnRingCtl = body(inner) });

    private static long Sleep()
    {
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static long None(long result) => result == -Errno.ENXIO ? -Errno.EINVAL : result;

    private static Altered Refuses(IAio2 inner) => new(inner)
    {
        OnDestroy = ctx =>
        {
            ulong cursor = 0;
            byte* buffer = stackalloc byte[8192];
            return inner.List(ctx, &cursor, buffer, 8192) > 0 ? -Errno.EBUSY : inner.Destroy(ctx);
        },
    };

    private static Altered StartsThread(IAio2 inner)
    {
        var ends = new ConcurrentDictionary<uint, ManualResetEventSlim>();
        return new Altered(inner)
        {
            OnSetup = (version, flags, p, size) =>
            {
                long result = inner.Setup(version, flags, p, size);
                if (result == 0 && (flags & Aio2Setup.Probe) == 0)
                {
                    var end = ends[p->Ctx] = new ManualResetEventSlim();
                    new Thread(end.Wait) { IsBackground = true }.Start();
                }

                return result;
            },
            OnDestroy = ctx =>
            {
                if (ends.TryRemove(ctx, out var end))
                {
                    end.Set();
                }

                return inner.Destroy(ctx);
            },
        };
    }

    private static long Refused(long result, void* e)
    {
        if (result is -Errno.EINVAL or -Errno.EBADF && WorldLayout.Room((ulong)e, write: true) >= IoEvent2.SizeOf)
        {
            *(IoEvent2*)e = new IoEvent2 { Bytes = IoEvent2.SizeOf, Res = result };
        }

        return result;
    }

    private static IssueCall RunsFirst(IAio2 inner) => (iocb, iocbBytes, e, bytes, flags) =>
    {
        long result = inner.Issue(iocb, iocbBytes, e, bytes, flags);
        if (result == -Errno.EMSGSIZE)
        {
            byte* lost = stackalloc byte[4096];
            _ = inner.Issue(iocb, iocbBytes, lost, 4096, flags);
        }

        return result;
    };

    private static Altered Slots(IAio2 inner, int more) => new(inner)
    {
        OnSetup = (version, flags, p, size) =>
        {
            bool sound = size == Aio2Params.SizeOf && !WorldLayout.SurelyBad((ulong)p) && WorldLayout.Room((ulong)p, write: false) == WorldLayout.Room((ulong)p, write: true);
            if (!sound || p->NrReqs is < 2 or > 6)
            {
                return inner.Setup(version, flags, p, size);
            }

            uint asked = p->NrReqs;
            p->NrReqs = (uint)(asked + more);
            long result = inner.Setup(version, flags, p, size);
            p->NrReqs = asked;
            return result;
        },
    };
}
