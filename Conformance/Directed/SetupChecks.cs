using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>SETUP-1…12 where a single call does not show it.</summary>
internal static unsafe class SetupChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("Another version is refused and the versions are filled", ["SETUP-1"], Negotiates),
        new("All zeroes give the defaults, and features are told", ["SETUP-3", "SETUP-4", "SETUP-5", "SETUP-6", "SETUP-7"], Defaults),
        new("Every unknown flag and every feature that is not offered is refused", ["SETUP-2", "SETUP-4"], EveryBit),
        new("More slots than the ceiling are refused, and destroying gives them back", ["SETUP-6", "SETUP-10"], Ceiling),
        new("The context keeps its eventfd when the number is closed", ["SETUP-9", "RING-10"], KeepsEventfd),
        new("PROBE creates nothing", ["SETUP-11"], ProbeCreatesNothing),
        new("DEFER excludes the ring and the eventfd", ["SETUP-12"], DeferExcludes),
        new("What belongs to a shared ring is refused without one", ["SETUP-7"], NeedsRing),
        new("Ids are not handed out again at once", ["SETUP-2"], IdsAreCyclic),
    ];

    private static void Negotiates(Rig rig)
    {
        var p = new Aio2Params { Features = ~0ul };
        Rig.Expect("SETUP-1", -Errno.EINVAL, rig.Setup(0, ref p, version: 99), "io_setup2 of version 99");
        Rig.Require("SETUP-1", p.VersionMin is > 0 and <= Aio2.Version && p.VersionMax >= Aio2.Version, $"versions {p.VersionMin} to {p.VersionMax}");
        Rig.Require("SETUP-10", p.Features == ~0ul && p.Ctx == 0, "more than the versions was written");
    }

    private static void Defaults(Rig rig)
    {
        var context = rig.Context();
        Rig.Expect("SETUP-5", Aio2.RingBytesDefault, context.Params.RingBytes, "ring_bytes");
        Rig.Expect("SETUP-6", Aio2.NrReqsDefault, context.Params.NrReqs, "nr_reqs");
        Rig.Require("SETUP-7", context.Params.RingAddr == 0 && context.Params.RingMapBytes == 0, "a private ring has an address");
        Rig.Require("SETUP-4", context.Params.Features == rig.Kernel().Features, "features differ from PROBE's");
    }

    private static void EveryBit(Rig rig)
    {
        for (int bit = 0; bit < 32; bit++)
        {
            if ((Aio2Setup.Known >> bit & 1) == 0)
            {
                var p = default(Aio2Params);
                Rig.Expect("SETUP-2", -Errno.EINVAL, rig.Setup(1u << bit, ref p), $"io_setup2 with flag bit {bit}");
            }
        }

        for (int word = 0; word < 4; word++)
        {
            // The fourth is ctx, which only AT gives a meaning.
            var p = new Aio2Params { Ctx = word == 3 ? 77u : 0 };
            p.Reserved[word % 3] = word < 3 ? 1ul : 0;
            Rig.Expect("SETUP-2", -Errno.EINVAL, rig.Setup(0, ref p), $"io_setup2 with a reserved field that is not zero ({word})");
        }

        ulong offered = rig.Kernel().Features;
        for (int bit = 0; bit < 64; bit++)
        {
            if ((offered >> bit & 1) == 0)
            {
                var p = new Aio2Params { Features = 1ul << bit };
                Rig.Expect("SETUP-4", -Errno.EOPNOTSUPP, rig.Setup(0, ref p), $"io_setup2 that needs feature bit {bit}");
            }
        }

        var all = new Aio2Params { Features = offered };
        Rig.Expect("SETUP-4", 0, rig.Setup(0, ref all), "io_setup2 that needs what is offered");
        Rig.Expect("DESTROY-1", 0, rig.Aio.Destroy(all.Ctx), "io_destroy2");
    }

    private static void Ceiling(Rig rig)
    {
        var before = rig.Kernel();
        ulong left = before.ReqsCeiling - before.ReqsUsed;
        if (left >= uint.MaxValue)
        {
            throw new NotOfferedException("a ceiling that one setup can reach");
        }

        var p = new Aio2Params { NrReqs = (uint)left + 1 };
        Rig.Expect("SETUP-6", -Errno.EAGAIN, rig.Setup(0, ref p), "io_setup2 above the ceiling");
        Rig.Require("SETUP-10", rig.Kernel().ReqsUsed == before.ReqsUsed, "a failed setup kept slots");
        var context = rig.Context(nrReqs: 7);
        Rig.Require("SETUP-6", rig.Kernel().ReqsUsed == before.ReqsUsed + 7, "slots in use are not told");
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
        Rig.Require("SETUP-6", rig.Kernel().ReqsUsed == before.ReqsUsed, "destroy did not give the slots back");
    }

    private static void KeepsEventfd(Rig rig)
    {
        int watch = Libc.Dup(WorldLayout.Eventfd);
        int given = Libc.Dup(WorldLayout.Eventfd);
        var context = rig.Context(Aio2Setup.Eventfd, eventfd: given);
        _ = Libc.Close(given);
        context.Nops(1);
        ulong count = 0;
        bool signalled = Rig.Eventually(() => (count = Rig.TakeEventfd(watch)) != 0);
        _ = Libc.Close(watch);
        Rig.Require("SETUP-9", signalled, "no signal after the descriptor was closed");
        _ = context.Take(1);
    }

    private static void ProbeCreatesNothing(Rig rig)
    {
        ulong used = rig.Kernel().ReqsUsed;
        var p = new Aio2Params { NrReqs = 5, RingBytes = 8192 };
        Rig.Expect("SETUP-11", 0, rig.Setup(Aio2Setup.Probe, ref p), "io_setup2 with PROBE");
        Rig.Require("SETUP-11", p.RingBytes == 8192 && p.Features != 0 && p.RingAddr == 0, "the outputs are not filled");
        Rig.Expect("ATTR-6", 2048, p.MaxEventBytes, "max_event_bytes of a ring of 8192 bytes");
        Rig.Require("SETUP-11", rig.Kernel().ReqsUsed == used, "slots were taken");
        if (p.Ctx != 0)
        {
            Rig.Expect("SETUP-11", -Errno.ENXIO, rig.Aio.Destroy(p.Ctx), "io_destroy2 of what PROBE answered");
        }
    }

    private static void DeferExcludes(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Defer);
        var p = default(Aio2Params);
        Rig.Expect("SETUP-12", -Errno.EINVAL, rig.Setup(Aio2Setup.Defer | Aio2Setup.UserReap, ref p), "DEFER with USER_REAP");
        p.Eventfd = WorldLayout.Eventfd;
        Rig.Expect("SETUP-12", -Errno.EINVAL, rig.Setup(Aio2Setup.Defer | Aio2Setup.Eventfd, ref p), "DEFER with EVENTFD");
        var context = rig.Context(Aio2Setup.Defer);
        context.Nops(3);
        _ = context.Take(3);
    }

    private static void NeedsRing(Rig rig)
    {
        foreach (uint flag in (uint[])[Aio2Setup.SingleReaper, Aio2Setup.RingFd, Aio2Setup.RingAddr])
        {
            var p = default(Aio2Params);
            Rig.Expect("SETUP-7", -Errno.EINVAL, rig.Setup(flag, ref p), $"io_setup2 with flags 0x{flag:x} without USER_REAP");
        }
    }

    private static void IdsAreCyclic(Rig rig)
    {
        var seen = new HashSet<uint>();
        for (int i = 0; i < 32; i++)
        {
            var context = rig.Context();
            Rig.Require("SETUP-2", seen.Add(context.Id), $"id {context.Id} came again after {i} setups");
            Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
        }
    }
}
