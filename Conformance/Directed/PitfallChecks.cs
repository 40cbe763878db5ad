using System.Globalization;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>Mistakes that others made and that no other check plays.</summary>
internal static unsafe class PitfallChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("The ring's mapping cannot be executed", ["RING-1"], NotExecutable),
        new("Nothing of a ring that is overwritten is believed", ["RING-5"], Overwritten),
        new("Lengths near the ends of their types wrap nothing", ["SUBMIT-3", "ATTR-1"], Lengths),
        new("Nothing is written back to an iocb", ["SUBMIT-2"], NothingBack),
    ];

    private static void NotExecutable(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        var context = rig.Context(Aio2Setup.UserReap);
        ulong from = context.Params.RingAddr, to = from + context.Params.RingMapBytes;
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] parts = line.Split(' ', '-');
            ulong start = ulong.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), end = ulong.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Rig.Require("RING-1", end <= from || start >= to || !parts[2].Contains('x', StringComparison.Ordinal), $"the ring is mapped {parts[2]}");
        }
    }

    // Memory of the caller's can be written anywhere: constants, kernel line, and records that wait.
    private static void Overwritten(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.RingAddr);
        var p = new Aio2Params { RingBytes = 8192 };
        Rig.Expect("SETUP-11", 0, rig.Setup(Aio2Setup.Probe | Aio2Setup.UserReap, ref p), "io_setup2 with PROBE");
        nuint bytes = (nuint)p.RingMapBytes;
        byte* at = (byte*)Libc.Mmap(null, bytes, Libc.ProtRead | Libc.ProtWrite, Libc.MapShared | Libc.MapAnonymous, -1, 0);
        var context = rig.Context(Aio2Setup.UserReap | Aio2Setup.RingAddr, new Aio2Params { RingBytes = 8192, RingAddr = (ulong)at });
        var header = (Aio2Ring*)at;
        header->RingBytes = 1 << 30;
        (header->UserOffset, header->DataOffset, header->MaxEventBytes) = (0, 1 << 20, 1 << 20);
        context.Nops(4);
        Rig.Require("RING-5", RigContext.UserData(context.Take(4, "RING-5")).Order().SequenceEqual((ulong[])[1ul, 2, 3, 4]), "other events came over a header that was overwritten");
        (header->Tail, header->Flags) = (1 << 30, 0xff);
        context.Nops(4, first: 10);
        Rig.Require("RING-5", RigContext.UserData(context.Take(4, "RING-5")).Order().SequenceEqual((ulong[])[10ul, 11, 12, 13]), "other events came over a tail that was overwritten");
        context.Nops(4, first: 20);
        NativeMemory.Fill(at + context.Params.DataOffset, 8192, 0xff);
        // What the ring held may be lost by this; whoever reads it stays within the ring, and what comes later comes.
        _ = context.Get(65536, 0, 0, out _);
        context.Nops(3, first: 30);
        var later = new List<ulong>();
        Rig.Require("RING-5", Rig.Eventually(() =>
        {
            later.AddRange(context.Get(65536, 0, 0, out byte[] events) > 0 ? RigContext.UserData(Rig.Split(events)) : []);
            return later.Count(id => id >= 30) == 3;
        }), "no event comes after records were overwritten");
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
        _ = Libc.Munmap(at, bytes);
    }

    private static void Lengths(Rig rig)
    {
        var context = rig.Context();
        foreach (uint said in (uint[])[0xfffffff8, 0x80000000, 0x80000030, 0x10030, 4104])
        {
            byte[] record = new IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, 1)).ToArray();
            MemoryMarshal.Write(record, in said);
            Rig.Expect("SUBMIT-3", -Errno.EINVAL, context.Submit(record), $"a record that says {said} bytes");
        }

        foreach (uint said in (uint[])[uint.MaxValue, 0xfffffffc, 0x80000008, 0x10008, 17])
        {
            byte[] record = new IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, 1)).Attribute(0x9000, 0, new byte[8]).ToArray();
            MemoryMarshal.Write(record.AsSpan(Iocb2.SizeOf), in said);
            Rig.Expect("ATTR-1", -Errno.EINVAL, context.Submit(record), $"an attribute that says {said} bytes");
        }

        foreach (ulong length in (ulong[])[ulong.MaxValue, 1ul << 63])
        {
            var read = Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.FileRo, WorldLayout.Data, length);
            Rig.Require("SUBMIT-4", context.Submit(new IocbWriter().Add(read).ToArray()) is -Errno.EINVAL or -Errno.EFAULT, $"a read of {length} bytes was accepted");
        }

        Rig.Expect("SUBMIT-3", 0, context.Get(4096, 0, 0, out _), "io_getevents2 after what was refused");
    }

    private static void NothingBack(Rig rig)
    {
        var context = rig.Context();
        byte[] iocb = new IocbWriter().Add(Rig.Iocb(Aio2Op.Pread, 0x1234, WorldLayout.FileRo, WorldLayout.Data, 64, 0)).Attribute(Aio2AttrType.TraceId, 0, new byte[16]).ToArray();
        Rig.Expect("SUBMIT-1", iocb.Length, context.Submit(iocb), "io_submit2");
        _ = context.Take(1);
        var left = new ReadOnlySpan<byte>((byte*)WorldLayout.Iocbs + WorldLayout.IocbsBytes - iocb.Length, iocb.Length);
        Rig.Require("SUBMIT-2", left.SequenceEqual(iocb), "the caller's iocb was changed");
    }
}
