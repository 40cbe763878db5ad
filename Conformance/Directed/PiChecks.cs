using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>ATTR-8: protection information on a file with a sidecar, and on one without.</summary>
internal static unsafe class PiChecks
{
    private const int Interval = ProtectedPair.Interval;
    private const ushort Every = Aio2PiFlags.CheckGuard | Aio2PiFlags.CheckReftag | Aio2PiFlags.CheckApptag;
    private const ushort AppTag = 0x1234;

    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("What is written with its tuples is read back with them, by any seed of type 1", ["ATTR-8"], RoundTrip),
        new("A wrong tuple fails the write, names the interval, and writes nothing", ["ATTR-8"], WrongTuple),
        new("Data that changed on its way fails the read", ["ATTR-8"], ChangedData),
        new("A write without PI generates its tuples", ["ATTR-8"], Generated),
        new("Offset and length are never widened", ["ATTR-8", "SUBMIT-5"], Unaligned),
        new("An ordinary file has no protection", ["ATTR-8", "ATTR-3"], OrdinaryFile),
    ];

    private static byte* Tuples => (byte*)WorldLayout.Meta;

    private static byte[] Pack(ushort opcode, int fd, long offset, int intervals, ulong seed, ushort attributeFlags = 0, int length = 0)
    {
        var pi = new Aio2AttrPi { Flags = Every, AppTag = AppTag, Len = (uint)(intervals * 8), Addr = (ulong)Tuples, Seed = seed };
        var iocb = Rig.Iocb(opcode, 1, fd, WorldLayout.Data, (ulong)(length == 0 ? intervals * Interval : length), offset);
        return new IocbWriter().Add(iocb).Attribute(Aio2AttrType.Pi, attributeFlags, MemoryMarshal.AsBytes(new ReadOnlySpan<Aio2AttrPi>(in pi))).ToArray();
    }

    private static (long Res, int Status, Aio2RetPi Return) Run(RigContext context, byte[] iocb)
    {
        Rig.Expect("ATTR-8", iocb.Length, context.Submit(iocb), "io_submit2 with PI");
        byte[] e = context.Take(1)[0];
        Rig.Expect("ATTR-2", IoEvent2.SizeOf + Aio2AttrRet.SizeOf + Aio2RetPi.SizeOf, e.Length, "bytes of the event");
        return (RigContext.Res(e), MemoryMarshal.Read<Aio2AttrRet>(e.AsSpan(24)).Status, MemoryMarshal.Read<Aio2RetPi>(e.AsSpan(40)));
    }

    private static void Fill(byte first, int intervals, uint seed)
    {
        for (int i = 0; i < intervals * Interval; i++)
        {
            Rig.Data[i] = (byte)(first + i * 7 + i / Interval);
        }

        for (int i = 0; i < intervals; i++)
        {
            ProtectedPair.Tuple(new ReadOnlySpan<byte>(Rig.Data + i * Interval, Interval), AppTag, seed + (uint)i).CopyTo(new Span<byte>(Tuples + i * 8, 8));
        }
    }

    private static RigContext Written(Rig rig, ProtectedPair pair, uint seed)
    {
        var context = rig.Context();
        Fill(1, 4, seed);
        Rig.Require("ATTR-8", Run(context, Pack(Aio2Op.Pwrite, pair.Fd, 1024, 4, seed)) is { Res: 4 * Interval, Status: 0 }, "a write with correct tuples failed");
        return context;
    }

    private static void RoundTrip(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Pi);
        using var pair = ProtectedPair.Make();
        var context = Written(rig, pair, 100);
        byte[] wanted = new ReadOnlySpan<byte>(Rig.Data, 4 * Interval).ToArray();
        foreach (uint seed in (uint[])[100, 7])
        {
            new Span<byte>(Rig.Data, 4 * Interval).Clear();
            new Span<byte>(Tuples, 32).Clear();
            var (res, status, _) = Run(context, Pack(Aio2Op.Pread, pair.Fd, 1024, 4, seed));
            Rig.Require("ATTR-8", res == 4 * Interval && status == 0, $"a read by seed {seed} gave {res}, status {status}");
            Rig.Require("ATTR-8", new ReadOnlySpan<byte>(Rig.Data, 4 * Interval).SequenceEqual(wanted), "the data came back changed");
            for (int i = 0; i < 4; i++)
            {
                byte[] tuple = ProtectedPair.Tuple(wanted.AsSpan(i * Interval, Interval), AppTag, seed + (uint)i);
                Rig.Require("ATTR-8", new ReadOnlySpan<byte>(Tuples + i * 8, 8).SequenceEqual(tuple), $"tuple {i} by seed {seed} is {Convert.ToHexString(new ReadOnlySpan<byte>(Tuples + i * 8, 8))}, not {Convert.ToHexString(tuple)}");
            }
        }
    }

    private static void WrongTuple(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Pi);
        using var pair = ProtectedPair.Make();
        var context = Written(rig, pair, 100);
        foreach (var (at, check) in ((int, uint)[])[(0, Aio2PiCheck.Guard), (4, Aio2PiCheck.Reftag), (2, Aio2PiCheck.Apptag)])
        {
            Fill(200, 4, 100);
            Tuples[2 * 8 + at] ^= 0x40;
            var (res, status, ret) = Run(context, Pack(Aio2Op.Pwrite, pair.Fd, 1024, 4, 100));
            Rig.Require("ATTR-8", res == -Errno.EILSEQ && status == -Errno.EILSEQ && ret.Interval == 2 && ret.Check == check && ret.Expected != ret.Found,
                $"a tuple wrong at byte {at} gave {res}, status {status}, interval {ret.Interval}, check {ret.Check}");
        }

        byte first;
        Libc.Must(Libc.Pread(pair.Fd, &first, 1, 1024), "pread");
        Rig.Require("ATTR-8", first == 1, "a write that failed its check changed the file");
    }

    private static void ChangedData(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Pi);
        using var pair = ProtectedPair.Make();
        var context = Written(rig, pair, 100);
        byte other = 99;
        Libc.Must(Libc.Pwrite(pair.Fd, &other, 1, 1024 + 3 * Interval + 17), "pwrite");
        var (res, status, ret) = Run(context, Pack(Aio2Op.Pread, pair.Fd, 1024, 4, 100));
        Rig.Require("ATTR-8", res == -Errno.EILSEQ && status == -Errno.EILSEQ && ret is { Interval: 3, Check: Aio2PiCheck.Guard }, $"changed data gave {res}, status {status}, interval {ret.Interval}, check {ret.Check}");
        Rig.Require("ATTR-8", Run(context, Pack(Aio2Op.Pread, pair.Fd, 1024, 3, 100)) is { Res: 3 * Interval, Status: 0 }, "sound intervals cannot be read");
    }

    private static void Generated(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Pi);
        using var pair = ProtectedPair.Make();
        var context = rig.Context();
        Fill(50, 2, 0);
        context.SubmitAll(Rig.Iocb(Aio2Op.Pwrite, 1, pair.Fd, WorldLayout.Data, 2 * Interval, 0));
        Rig.Expect("ATTR-8", 2 * Interval, RigContext.Res(context.Take(1)[0]), "a write without PI");
        byte[] read = Pack(Aio2Op.Pread, pair.Fd, 0, 2, 0);
        // The application tag that is generated is 0.
        (read[Iocb2.SizeOf + Aio2Attr.SizeOf + Aio2AttrPi.At.AppTag], read[Iocb2.SizeOf + Aio2Attr.SizeOf + Aio2AttrPi.At.AppTag + 1]) = (0, 0);
        var (res, status, ret) = Run(context, read);
        Rig.Require("ATTR-8", res == 2 * Interval && status == 0, $"a read of generated tuples gave {res}, status {status}, check {ret.Check}");
        byte[] tuple = ProtectedPair.Tuple(new ReadOnlySpan<byte>(Rig.Data + Interval, Interval), 0, 1);
        Rig.Require("ATTR-8", new ReadOnlySpan<byte>(Tuples + 8, 8).SequenceEqual(tuple), "a generated tuple is wrong");
    }

    private static void Unaligned(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Pi);
        using var pair = ProtectedPair.Make();
        var context = rig.Context();
        foreach (byte[] iocb in (byte[][])[Pack(Aio2Op.Pread, pair.Fd, 100, 2, 0), Pack(Aio2Op.Pread, pair.Fd, 0, 2, 0, length: 700), Pack(Aio2Op.Pwrite, pair.Fd, 513, 1, 0)])
        {
            Aio2Extack ext = new() { Size = Aio2Extack.SizeOf };
            Rig.Expect("ATTR-8", -Errno.EINVAL, context.Submit(iocb, &ext), "io_submit2 with PI off an interval");
            Rig.Expect("SUBMIT-5", Aio2Reason.PiUnaligned, ext.Reason, "its reason");
        }
    }

    private static void OrdinaryFile(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Pi);
        var context = rig.Context();
        var (res, status, _) = Run(context, Pack(Aio2Op.Pread, WorldLayout.FileRo, 0, 2, 0));
        Rig.Require("ATTR-3", res == 2 * Interval && status == -Errno.EOPNOTSUPP, $"PI on an ordinary file gave {res}, status {status}");
        Aio2Extack ext = new() { Size = Aio2Extack.SizeOf };
        Rig.Expect("ATTR-8", -Errno.EINVAL, context.Submit(Pack(Aio2Op.Pread, WorldLayout.FileRo, 0, 2, 0, Aio2AttrFlags.Required), &ext), "io_submit2 with REQUIRED PI on an ordinary file");
        Rig.Expect("SUBMIT-5", Aio2Reason.PiFormat, ext.Reason, "its reason");
    }
}
