using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>RING-1…6: the header, wraps, pads, a full ring, hostile heads, the order of completion.</summary>
internal static unsafe class RingChecks
{
    private const int PageBytes = 4096;

    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("The header's groups stand apart and its constants agree with params", ["RING-1", "SETUP-7"], Header),
        new("The view is read-only but for the user page, and cannot be made writable", ["RING-1"], ReadOnly),
        new("Positions run on over many wraps, with pads at the end only", ["RING-2", "RING-3", "RING-6"], Wraps),
        new("Every byte of the ring is usable", ["RING-2"], ExactlyFull),
        new("A hostile head makes the ring CORRUPT and loses nothing more", ["RING-5"], HostileHeads),
        new("Events stand in the order of completion", ["RING-6"], Order),
    ];

    private static void Header(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        var context = rig.Context(Aio2Setup.UserReap, ringBytes: 8192);
        var p = context.Params;
        var ring = *(Aio2Ring*)context.Map;
        Rig.Require("RING-1", ring.Magic == Aio2.RingMagic && ring.Version == Aio2.RingVersion, $"magic 0x{ring.Magic:x}, version {ring.Version}");
        Rig.Require("RING-1", ring.Incompat == 0 && ring.HeaderBytes == Aio2Ring.SizeOf, "incompat or header_bytes");
        Rig.Require("RING-1", ring.RingBytes == p.RingBytes && ring.UserOffset == p.UserOffset && ring.DataOffset == p.DataOffset && ring.MapBytes == p.RingMapBytes
            && ring.MaxEventBytes == p.MaxEventBytes && ring.Ctx == p.Ctx, "the constants differ from params");
        Rig.Require("RING-1", p.UserOffset % PageBytes == 0 && p.DataOffset % PageBytes == 0 && p.UserOffset >= PageBytes
            && (p.DataOffset >= p.UserOffset + PageBytes || p.DataOffset < p.UserOffset), "the user line is not alone on its page");
        Rig.Require("RING-2", context.Head == 0 && context.Tail == 0 && context.RingFlags == 0, "a new ring is not empty");
    }

    private static void ReadOnly(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        var context = rig.Context(Aio2Setup.UserReap);
        var p = context.Params;
        for (uint at = 0; at < p.RingMapBytes; at += PageBytes)
        {
            bool user = at == p.UserOffset;
            // What a page allows is asked of the kernel, by having it write the page's own byte back.
            bool writable = Writable(context.Map + at);
            Rig.Require("RING-1", writable == user, $"the page at {at} is {(writable ? "" : "not ")}writable");
            if (!user)
            {
                int made = Libc.Mprotect(context.Map + at, PageBytes, Libc.ProtRead | Libc.ProtWrite);
                Rig.Require("RING-1", made != 0, $"the page at {at} could be made writable");
            }
        }
    }

    private static bool Writable(byte* at)
    {
        byte value = *at;
        Libc.Must(Libc.Pwrite(WorldLayout.FileRw, &value, 1, 0), "pwrite");
        return Libc.Pread(WorldLayout.FileRw, at, 1, 0) == 1;
    }

    private static void Wraps(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        var context = rig.Context(Aio2Setup.UserReap, nrReqs: 64, ringBytes: 4096);
        ulong next = 1;
        for (int round = 0; round < 200; round++)
        {
            // Sizes of 24, 40, 56 … bytes, so that most wraps need a pad.
            int count = 1 + round % 7;
            var writer = new IocbWriter();
            for (int i = 0; i < count; i++)
            {
                writer.Add(Rig.Iocb(Aio2Op.Nop, next + (ulong)i));
                for (int a = 0; a < (round + i) % 5; a++)
                {
                    writer.Attribute((ushort)(0x9000 + a), 0, []);
                }
            }

            Rig.Expect("SUBMIT-1", writer.Length, context.Submit(writer.ToArray()), "io_submit2");
            var got = new List<byte[]>();
            Rig.Require("RING-6", Rig.Eventually(() =>
            {
                got.AddRange(context.Reap());
                return got.Count >= count;
            }), $"{got.Count} of {count} events came in round {round}");
            var ids = RigContext.UserData(got).Order().ToList();
            Rig.Require("RING-6", ids.SequenceEqual(Enumerable.Range(0, count).Select(i => next + (ulong)i)), $"round {round} gave {string.Join(", ", ids)}");
            Rig.Require("RING-2", context.Head == context.Tail, "the ring is not empty after its events");
            next += (ulong)count;
        }

        Rig.Require("RING-2", context.Tail > 4096 * 4, $"tail is {context.Tail}: it does not run on");
    }

    private static void ExactlyFull(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        var context = rig.Context(Aio2Setup.UserReap, nrReqs: 256, ringBytes: 4096);
        // 24 + 2 * 16 = 56, 73 of them and one of 8 cannot be; 128 of 24 and 32 of 32 … 4096 = 64 * (24 + 40).
        var writer = new IocbWriter();
        for (int i = 0; i < 128; i++)
        {
            writer.Add(Rig.Iocb(Aio2Op.Nop, (ulong)i));
            if (i % 2 == 1)
            {
                writer.Attribute(0x9000, 0, []);
            }
        }

        Rig.Expect("SUBMIT-1", writer.Length, context.Submit(writer.ToArray()), "io_submit2");
        Rig.Require("RING-2", Rig.Eventually(() => context.Tail == 4096), $"4096 bytes of events leave tail at {context.Tail}");
        Rig.Require("RING-7", context.RingFlags == 0, $"flags 0x{context.RingFlags:x} with a ring that is exactly full");
        Rig.Require("RING-6", context.Reap().Count == 128, "not every event came");
    }

    private static void HostileHeads(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        foreach (ulong hostile in (ulong[])[3, 4, 1ul << 40, ulong.MaxValue, ulong.MaxValue - 7, 24 * 5 + 8 * 1000, 0x8000000000000000])
        {
            using var context = rig.Context(Aio2Setup.UserReap, nrReqs: 16, ringBytes: 4096);
            context.Nops(5);
            Rig.Require("RING-6", Rig.Eventually(() => context.Tail >= 120), "5 NOPs did not come");
            Volatile.Write(ref context.Head, hostile);
            // It is seen when head is next looked at, by a call that takes events at the latest.
            Rig.Require("RING-5", Rig.Eventually(() => context.Get(65536, 0, 0, out _) >= 0 && (context.RingFlags & Aio2RingFlags.Corrupt) != 0), $"head {hostile:x} did not set CORRUPT");
            context.Nops(4, first: 100);
            var got = RigContext.UserData(context.Take(4)).Order().ToList();
            Rig.Require("RING-5", got.SequenceEqual((ulong[])[100ul, 101, 102, 103]), $"after head {hostile:x} came {string.Join(", ", got)}");
            Volatile.Write(ref context.Head, 120);
            context.Nops(2, first: 200);
            Rig.Require("RING-5", context.Take(2).Count == 2 && (context.RingFlags & Aio2RingFlags.Corrupt) != 0, "CORRUPT did not stay");
            Rig.Require("RING-9", context.Destroy() == 0, "io_destroy2 of a corrupt ring failed");
        }

        using var moved = rig.Context(Aio2Setup.UserReap, nrReqs: 16, ringBytes: 4096);
        moved.Nops(5);
        Rig.Require("RING-6", moved.Take(5).Count == 5, "5 NOPs did not come");
        Volatile.Write(ref moved.Head, 48);
        Rig.Require("RING-5", Rig.Eventually(() => moved.Get(65536, 0, 0, out _) >= 0 && (moved.RingFlags & Aio2RingFlags.Corrupt) != 0), "a head that moved back did not set CORRUPT");
    }

    private static void Order(Rig rig)
    {
        var context = rig.Context(Aio2Setup.Eventfd, eventfd: WorldLayout.Eventfd);
        context.SubmitAll(
            Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.PipeRead, WorldLayout.Data, 64, -1),
            Rig.Iocb(Aio2Op.Pread, 2, WorldLayout.PipeRead + 1, WorldLayout.Data + 4096, 64, -1),
            Rig.Iocb(Aio2Op.Pread, 3, WorldLayout.PipeRead + 2, WorldLayout.Data + 8192, 64, -1));
        foreach (int pipe in (int[])[2, 0, 1])
        {
            rig.World.Feed(pipe, 8);
            // The eventfd says that this one's event has its place before the next is let go.
            Rig.Require("RING-10", Rig.Eventually(() => Rig.TakeEventfd(WorldLayout.Eventfd) != 0), "no signal for a completion");
        }

        var order = RigContext.UserData(context.Take(3));
        Rig.Require("RING-6", order.SequenceEqual((ulong[])[3ul, 1, 2]), $"the events came as {string.Join(", ", order)}");
    }
}
