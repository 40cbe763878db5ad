using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Run;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>RING-11 and what else io_ring_ctl2 does.</summary>
internal static unsafe class RingMoveChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("RESIZE moves no event, and the new ring goes on where the old one ended", ["RING-11", "RING-8"], Moves),
        new("RESIZE is refused while a move is unfinished or an event is too large", ["RING-11"], Busy),
        new("The eventfd comes, is replaced and goes", ["RING-10"], Eventfd),
        new("A private ring has no place, and unknown ops are refused", ["RING-11", "ERR-1"], Refused),
    ];

    private static long Ctl(Rig rig, RigContext context, uint op, ref Aio2RingInfo info)
    {
        fixed (Aio2RingInfo* at = &info)
        {
            return rig.Aio.RingCtl(context.Id, op, (ulong)at);
        }
    }

    private static Aio2RingInfo Asked(uint ringBytes = 0) => new() { Size = Aio2RingInfo.SizeOf, RingBytes = ringBytes };

    private static UserRing RingAt(in Aio2RingInfo info) => new((byte*)info.RingAddr, info.UserOffset, info.DataOffset, info.RingBytes);

    private static void Moves(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Resize);
        var context = rig.Context(Aio2Setup.UserReap, ringBytes: 4096);
        context.Nops(3);
        Rig.Require("RING-6", Rig.Eventually(() => context.Tail == 72), "3 NOPs did not come");
        var info = Asked(16384);
        Rig.Expect("RING-11", 0, Ctl(rig, context, Aio2Ctl.Resize, ref info), "RESIZE to 16384 bytes");
        Rig.Require("RING-11", info is { RingBytes: 16384, MaxEventBytes: 4096, Generation: 1 } && info.RingAddr != 0, $"RESIZE tells {info.RingBytes} bytes, generation {info.Generation}");
        Rig.Require("RING-11", (context.RingFlags & Aio2RingFlags.Moved) != 0, "the old ring does not say MOVED");
        var ring = RingAt(info);
        var header = *(Aio2Ring*)info.RingAddr;
        Rig.Require("RING-11", header.Start == 72 && ring.Head == 72 && ring.Tail == 72 && (ring.Flags & Aio2RingFlags.Overflow) != 0,
            $"the new ring starts at {header.Start}, head {ring.Head}, tail {ring.Tail}, flags 0x{ring.Flags:x}");
        context.Nops(2, first: 10);
        Rig.Require("RING-11", ring.Tail == 72, "an event stands in the new ring before the old one is empty");
        var told = Asked();
        Rig.Expect("RING-11", 0, Ctl(rig, context, Aio2Ctl.GetRing, ref told), "GET_RING");
        Rig.Require("RING-11", (told.RingAddr, told.RingBytes, told.Generation) == (info.RingAddr, info.RingBytes, info.Generation), "GET_RING tells another ring than RESIZE");
        Rig.Expect("RING-11", -Errno.EBUSY, rig.Aio.RingCtl(context.Id, Aio2Ctl.Release, 0), "RELEASE of a ring with events");
        var old = RigContext.UserData(context.Reap());
        Rig.Require("RING-11", old.SequenceEqual((ulong[])[1ul, 2, 3]), $"the old ring held {string.Join(", ", old)}");
        var later = new List<ulong>();
        byte* buffer = stackalloc byte[4096];
        Rig.Require("RING-8", Rig.Eventually(() =>
        {
            Rig.Expect("GET-1", 0, context.Get(0, 0, 0, out _), "io_getevents2 without room");
            while (ring.TakeOne(buffer, 4096, out _) > 0)
            {
                later.Add(((IoEvent2*)buffer)->UserData);
            }

            return later.Count == 2 && ring.Flags == 0;
        }), $"the new ring gave {later.Count} events, flags 0x{ring.Flags:x}");
        Rig.Require("RING-11", later.SequenceEqual((ulong[])[10ul, 11]), $"the new ring gave {string.Join(", ", later)}");
        Rig.Expect("RING-11", 0, rig.Aio.RingCtl(context.Id, Aio2Ctl.Release, 0), "RELEASE");
        Rig.Expect("RING-11", -Errno.EINVAL, rig.Aio.RingCtl(context.Id, Aio2Ctl.Release, 0), "RELEASE of nothing");
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
        _ = Libc.Munmap((void*)info.RingAddr, (nuint)info.RingMapBytes);
    }

    private static void Busy(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Resize);
        var context = rig.Context(Aio2Setup.UserReap, ringBytes: 65536);
        var writer = new IocbWriter().Add(Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.PipeRead, WorldLayout.Data, 8, -1));
        for (int i = 0; i < 70; i++)
        {
            writer.Attribute((ushort)(0x8000 + i), 0, []);
        }

        Rig.Expect("SUBMIT-1", writer.Length, context.Submit(writer.ToArray()), "io_submit2");
        var small = Asked(4096);
        Rig.Expect("RING-11", -Errno.EBUSY, Ctl(rig, context, Aio2Ctl.Resize, ref small), "RESIZE below an accepted event");
        Rig.Require("RING-11", context.RingFlags == 0, $"a RESIZE that failed left flags 0x{context.RingFlags:x}");
        var info = Asked(8192);
        Rig.Expect("RING-11", 0, Ctl(rig, context, Aio2Ctl.Resize, ref info), "RESIZE to 8192 bytes");
        var again = Asked(16384);
        Rig.Expect("RING-11", -Errno.EBUSY, Ctl(rig, context, Aio2Ctl.Resize, ref again), "RESIZE before RELEASE");
        foreach (uint bad in (uint[])[5000, 2048, 1u << 31])
        {
            var wrong = Asked(bad);
            Rig.Expect("RING-11", -Errno.EINVAL, Ctl(rig, context, Aio2Ctl.Resize, ref wrong), $"RESIZE to {bad} bytes");
        }

        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2 in a move");
        _ = Libc.Munmap((void*)info.RingAddr, (nuint)info.RingMapBytes);
    }

    private static void Eventfd(Rig rig)
    {
        var context = rig.Context();
        int first = WorldLayout.Eventfd, second = WorldLayout.Eventfd + 1;
        long Attach(int fd) => rig.Aio.RingCtl(context.Id, Aio2Ctl.EventfdAttach, (ulong)fd);
        Rig.Expect("RING-10", -Errno.EBADF, Attach(WorldLayout.FdClosed), "ATTACH of a closed descriptor");
        Rig.Expect("RING-10", -Errno.EINVAL, Attach(WorldLayout.FileRo), "ATTACH of a file");
        Rig.Expect("RING-10", -Errno.EINVAL, rig.Aio.RingCtl(context.Id, Aio2Ctl.EventfdDetach, 0), "DETACH of none");
        foreach (int fd in (int[])[first, second])
        {
            Rig.Expect("RING-10", 0, Attach(fd), "ATTACH");
            context.Nops(1);
            Rig.Require("RING-10", Rig.Eventually(() => Rig.TakeEventfd(fd) != 0), "no signal for a completion");
            _ = context.Take(1);
        }

        Rig.Require("RING-10", Rig.TakeEventfd(first) == 0, "the eventfd that was replaced was signalled");
        Rig.Expect("RING-10", 0, rig.Aio.RingCtl(context.Id, Aio2Ctl.EventfdDetach, 0), "DETACH");
        context.Nops(1);
        _ = context.Take(1);
        Rig.Require("RING-10", Rig.TakeEventfd(second) == 0, "the eventfd that was dropped was signalled");
    }

    private static void Refused(Rig rig)
    {
        var context = rig.Context();
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Aio.RingCtl(context.Id, 0, 0), "io_ring_ctl2 of op 0");
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Aio.RingCtl(context.Id, Aio2Ctl.Last + 1, 0), "io_ring_ctl2 of an unknown op");
        rig.NeedsFeature(Aio2Feat.Resize);
        var info = Asked();
        Rig.Expect("RING-11", -Errno.EINVAL, Ctl(rig, context, Aio2Ctl.Resize, ref info), "RESIZE of a private ring");
        Rig.Expect("RING-11", -Errno.EINVAL, Ctl(rig, context, Aio2Ctl.GetRing, ref info), "GET_RING of a private ring");
    }
}
