using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>DESTROY, PROBE and what is refused on ids that are none.</summary>
internal static unsafe class LifeChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("After destroy every call says -ENXIO", ["DESTROY-1", "ERR-1"], DeadIds),
        new("Destroy ends blocked requests and leaves buffers alone", ["DESTROY-1"], EndsRequests),
        new("A destroyed ring says DEAD and may be read to its end", ["DESTROY-1"], DeadRing),
        new("Contexts that did nothing come and go", ["DESTROY-2"], Cheap),
        new("PROBE describes what the implementation takes", ["PROBE-1"], Describes),
        new("Errors of the other calls come in the order of ERR-1", ["ERR-1"], CallOrder),
        new("Setup's errors come in the order of ERR-1", ["ERR-1"], SetupOrder),
    ];

    private static void DeadIds(Rig rig)
    {
        var context = rig.Context();
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
        foreach (uint id in (uint[])[context.Id, 0, 0x7ffffff0, uint.MaxValue])
        {
            Rig.Expect("DESTROY-1", -Errno.ENXIO, rig.Aio.Destroy(id), "io_destroy2 of a dead id");
            Rig.Expect("ERR-1", -Errno.ENXIO, rig.Aio.Submit(id, (void*)WorldLayout.Guard, 48, (Aio2Extack*)WorldLayout.Guard), "io_submit2 of a dead id");
            Rig.Expect("ERR-1", -Errno.ENXIO, rig.Aio.GetEvents(id, null, 1, 2, (Aio2Wait*)WorldLayout.Guard, 77), "io_getevents2 of a dead id");
            Rig.Expect("ERR-1", -Errno.ENXIO, rig.Aio.RingCtl(id, 99, 0), "io_ring_ctl2 of a dead id");
        }
    }

    private static void EndsRequests(Rig rig)
    {
        NativeMemory.Fill(Rig.Data, 8 * 4096, 0x55);
        var context = rig.Context();
        context.SubmitAll([.. Enumerable.Range(0, 6).Select(i => Rig.Iocb(Aio2Op.Pread, (ulong)i, WorldLayout.PipeRead + i, WorldLayout.Data + (ulong)(i * 4096), 4096, -1))]);
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2 with six blocked reads");
        for (int i = 0; i < 6; i++)
        {
            rig.World.Feed(i, 64);
        }

        Thread.Sleep(5);
        Rig.Require("DESTROY-1", !new ReadOnlySpan<byte>(Rig.Data, 6 * 4096).ContainsAnyExcept((byte)0x55), "a buffer was written after destroy");
        var later = rig.Context();
        later.SubmitAll(Rig.Iocb(Aio2Op.Pread, 9, WorldLayout.PipeRead, WorldLayout.Data, 4096, -1));
        Rig.Expect("DESTROY-1", 64, RigContext.Res(later.Take(1)[0]), "a read of what nobody may have taken");
    }

    private static void DeadRing(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        var context = rig.Context(Aio2Setup.UserReap);
        context.Nops(5);
        Rig.Require("RING-6", Rig.Eventually(() => context.Tail == 120), "5 NOPs did not come");
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
        Rig.Require("DESTROY-1", (context.RingFlags & Aio2RingFlags.Dead) != 0, $"flags 0x{context.RingFlags:x} after destroy");
        Rig.Require("DESTROY-1", context.Reap().Count == 5, "the ring's content cannot be read to its end");
    }

    private static void Cheap(Rig rig)
    {
        int threads = Threads();
        for (int i = 0; i < 300; i++)
        {
            using var context = rig.Context();
        }

        Rig.Require("DESTROY-2", Threads() <= threads + 4, $"{Threads() - threads} threads more after 300 contexts that did nothing");
        for (int i = 0; i < 64; i++)
        {
            _ = rig.Context();
        }

        Rig.Require("DESTROY-2", Threads() <= threads + 4, $"{Threads() - threads} threads more with 64 contexts that do nothing");
    }

    private static int Threads() => Directory.GetDirectories("/proc/self/task").Length;

    private static void Describes(Rig rig)
    {
        var kernel = rig.Kernel();
        Rig.Require("PROBE-1", kernel.VersionMin <= Aio2.Version && kernel.VersionMax >= Aio2.Version, "versions");
        Rig.Require("PROBE-1", kernel.EventMax == Aio2.EventMax && kernel.IocbMax == Aio2.IocbMax && kernel.SubmitMax == Aio2.SubmitMax, "limits");
        Rig.Require("PROBE-1", kernel.RingBytesMin == Aio2.RingBytesMin && kernel.RingBytesMax == Aio2.RingBytesMax, "ring limits");
        byte* buffer = stackalloc byte[8192];
        Rig.Expect("PROBE-1", -Errno.EINVAL, rig.Aio.Probe(0, buffer, 8192), "io_probe2(0)");
        Rig.Expect("PROBE-1", -Errno.EINVAL, rig.Aio.Probe(Aio2Probe.Last + 1, buffer, 8192), "io_probe2 of an unknown thing");
        Rig.Expect("PROBE-1", -Errno.EMSGSIZE, rig.Aio.Probe(Aio2Probe.Kernel, buffer, 8), "io_probe2 with a short buffer");
        long bytes = rig.Aio.Probe(Aio2Probe.Ops, buffer, 8192);
        Rig.Require("PROBE-1", bytes > 0, $"PROBE_OPS gave {bytes}");
        for (long at = 0; at < bytes; at += *(uint*)(buffer + at))
        {
            var op = (Aio2ProbeOp*)(buffer + at);
            var known = Aio2Catalog.Op(op->Opcode);
            Rig.Require("PROBE-1", *(uint*)(buffer + at) >= Aio2ProbeOp.FirstSizeOf, "an operation's record is too short");
            Rig.Require("PROBE-1", known is null || (op->RwFlags & ~known.Value.RwFlags) == 0, $"{known?.Name} takes rw_flags 0x{op->RwFlags:x}");
        }
    }

    // Of two faults that have different errnos, the one that ERR-1 names first is told.
    private static void CallOrder(Rig rig)
    {
        var context = rig.Context(nrReqs: 1, ringBytes: 4096);
        void Record(int errno, string what, Iocb2 iocb, params (ushort Type, ushort Flags)[] attributes)
        {
            var writer = new IocbWriter().Add(iocb);
            foreach (var (type, flags) in attributes)
            {
                writer.Attribute(type, flags, []);
            }

            Rig.Expect("ERR-1", -errno, context.Submit(writer.ToArray()), $"io_submit2: {what}");
        }

        var closed = Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.FdClosed, WorldLayout.Data, 8);
        Record(Errno.EINVAL, "opcode before descriptor", closed with { Opcode = 77 });
        Record(Errno.EINVAL, "flags before descriptor", closed with { Flags = 0x8000 });
        Record(Errno.EOPNOTSUPP, "REQUIRED before descriptor", closed, (0x9000, Aio2AttrFlags.Required));
        Record(Errno.EINVAL, "flags before REQUIRED", closed with { Flags = 0x8000 }, (0x9000, Aio2AttrFlags.Required));
        Record(Errno.EMSGSIZE, "event size before descriptor", closed, [.. Enumerable.Range(0, 63).Select(i => ((ushort)(0x9000 + i), (ushort)0))]);
        context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 2, WorldLayout.PipeRead, WorldLayout.Data, 8, -1));
        Record(Errno.EBADF, "descriptor before slot", closed);
        Record(Errno.EINVAL, "opcode before slot", closed with { Opcode = 77 });
        Record(Errno.EAGAIN, "no slot", closed with { Fd = WorldLayout.FileRo });
        if (rig.Kernel().UserMemory == Aio2UserMemory.Direct)
        {
            return;
        }

        var hole = (void*)WorldLayout.Guard;
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Aio.GetEvents(context.Id, hole, 64, 65, (Aio2Wait*)hole, 0), "io_getevents2: ranges before pointers");
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Aio.GetEvents(context.Id, hole, 64, 0, (Aio2Wait*)hole, 0x80), "io_getevents2: flags before pointers");
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Aio.Probe(99, hole, 64), "io_probe2: ranges before pointers");
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Aio.RingCtl(context.Id, 99, (ulong)hole), "io_ring_ctl2: ranges before pointers");
    }

    private static void SetupOrder(Rig rig)
    {
        // Everything is wrong at once; each line takes the first fault away.
        var p = new Aio2Params { Features = 1ul << 63, RingBytes = 5, Eventfd = WorldLayout.FdClosed };
        p.Reserved[0] = 1;
        var at = (Aio2Params*)WorldLayout.Guard;
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Aio.Setup(9, 1u << 31, at, 4), "a size too small");
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Aio.Setup(9, 1u << 31, at, 8192), "a version before a size too large");
        Rig.Expect("ERR-1", -Errno.E2BIG, rig.Aio.Setup(Aio2.Version, 1u << 31, at, 8192), "a size too large before flags");
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Setup(1u << 31, ref p), "flags before features");
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Setup(Aio2Setup.Eventfd, ref p), "reserved fields before features");
        p.Reserved[0] = 0;
        Rig.Expect("ERR-1", -Errno.EOPNOTSUPP, rig.Setup(Aio2Setup.Eventfd, ref p), "features before sizes");
        p.Features = 0;
        Rig.Expect("ERR-1", -Errno.EINVAL, rig.Setup(Aio2Setup.Eventfd, ref p), "sizes before descriptors");
        p.RingBytes = 4096;
        Rig.Expect("ERR-1", -Errno.EBADF, rig.Setup(Aio2Setup.Eventfd, ref p), "a descriptor that is closed");
        p.Eventfd = WorldLayout.FileRo;
        Rig.Expect("SETUP-9", -Errno.EINVAL, rig.Setup(Aio2Setup.Eventfd, ref p), "a descriptor that is no eventfd");
    }
}
