using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>SUBMIT-1…8 where one call and its answer do not show it.</summary>
internal static unsafe class SubmitChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("Every unknown opcode and flag and every field that is not used is refused", ["SUBMIT-3"], EveryField),
        new("A later record's failure leaves those before it accepted", ["SUBMIT-1", "SUBMIT-5"], Partial),
        new("SUBMIT_ALL completes what is refused and goes on", ["SUBMIT-1"], SubmitAll),
        new("What was submitted may be changed at once", ["SUBMIT-2"], Copied),
        new("A request holds its file", ["SUBMIT-2", "SUBMIT-4"], HoldsFile),
        new("Data is read and written as it stands", ["SUBMIT-7", "SUBMIT-4"], Data),
        new("The file position is used for offset -1", ["SUBMIT-4", "SUBMIT-7"], Position),
        new("Submission does not wait for a pipe", ["SUBMIT-6"], DoesNotWait),
        new("One-shot POLL tells readiness", ["SUBMIT-8"], Poll),
        new("NOWAIT gives -EAGAIN as a result", ["SUBMIT-7"], NoWait),
    ];

    private static byte[] Pack(params Iocb2[] iocbs)
    {
        var writer = new IocbWriter();
        foreach (var iocb in iocbs)
        {
            writer.Add(iocb);
        }

        return writer.ToArray();
    }

    private static void EveryField(Rig rig)
    {
        var context = rig.Context();
        foreach (ushort opcode in (ushort[])[Aio2Op.Last + 1, 77, 1001, ushort.MaxValue])
        {
            Rig.Expect("SUBMIT-3", -Errno.EINVAL, context.Submit(Pack(Rig.Iocb(opcode, 1))), $"a record of opcode {opcode}");
        }

        for (int bit = 0; bit < 16; bit++)
        {
            var iocb = Rig.Iocb(Aio2Op.Nop, 1);
            iocb.Flags = (ushort)(1 << bit);
            Rig.Expect("SUBMIT-3", -Errno.EINVAL, context.Submit(Pack(iocb)), $"a NOP with flag bit {bit}");
        }

        foreach (var iocb in (Iocb2[])[Rig.Iocb(Aio2Op.Nop, 1, fd: 1), Rig.Iocb(Aio2Op.Nop, 1, addr: 8), Rig.Iocb(Aio2Op.Nop, 1, len: 1), Rig.Iocb(Aio2Op.Nop, 1, offset: 1)])
        {
            Rig.Expect("SUBMIT-3", -Errno.EINVAL, context.Submit(Pack(iocb)), "a NOP with a field that it does not use");
        }

        foreach (byte bytes in (byte[])[0, 8, 40, 49, 52, 56])
        {
            byte[] record = Pack(Rig.Iocb(Aio2Op.Nop, 1));
            record[0] = bytes;
            Rig.Expect("SUBMIT-3", -Errno.EINVAL, context.Submit(record), $"a record that says {bytes} bytes");
        }
    }

    private static void Partial(Rig rig)
    {
        var context = rig.Context();
        byte[] bytes = Pack(Rig.Iocb(Aio2Op.Nop, 1), Rig.Iocb(Aio2Op.Nop, 2), Rig.Iocb(77, 3), Rig.Iocb(Aio2Op.Nop, 4));
        Aio2Extack ext = new() { Size = Aio2Extack.SizeOf };
        Rig.Expect("SUBMIT-1", 2 * Iocb2.SizeOf, context.Submit(bytes, &ext), "io_submit2 with a bad third record");
        Rig.Require("SUBMIT-5", ext.Reason == Aio2Reason.OpcodeUnknown && ext.Error == -Errno.EINVAL && ext.RecordOffset == 96 && ext.FieldOffset == 102,
            $"ext says {Aio2Reason.NameOf(ext.Reason)} ({ext.Error}) at {ext.RecordOffset}, {ext.FieldOffset}");
        Rig.Require("SUBMIT-1", RigContext.UserData(context.Take(2)).Order().SequenceEqual((ulong[])[1ul, 2]), "the records before it did not complete");
        Rig.Expect("SUBMIT-1", 0, context.Get(4096, 0, 0, out _), "io_getevents2 after both");
        Rig.Expect("SUBMIT-4", 0, context.Submit([]), "io_submit2 of nothing");
    }

    private static void SubmitAll(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.SubmitAll);
        var context = rig.Context(Aio2Setup.SubmitAll);
        byte[] bytes = Pack(Rig.Iocb(Aio2Op.Nop, 1), Rig.Iocb(77, 2), Rig.Iocb(Aio2Op.Pread, 3, WorldLayout.FdClosed), Rig.Iocb(Aio2Op.Nop, 4));
        Rig.Expect("SUBMIT-1", bytes.Length, context.Submit(bytes), "io_submit2 with SUBMIT_ALL");
        var results = context.Take(4).ToDictionary(e => MemoryMarshal.Read<IoEvent2>(e).UserData, e => (RigContext.Res(e), e.Length));
        Rig.Require("SUBMIT-1", results[2] == (-Errno.EINVAL, 24) && results[3] == (-Errno.EBADF, 24), $"refused records gave {results[2]} and {results[3]}");
        Rig.Require("SUBMIT-1", results[1].Item1 == 0 && results[4].Item1 == 0, "valid records failed");
        bytes = Pack(Rig.Iocb(Aio2Op.Nop, 1), Rig.Iocb(Aio2Op.Nop, 2));
        bytes[Iocb2.SizeOf] = 7;
        Rig.Expect("SUBMIT-1", Iocb2.SizeOf, context.Submit(bytes), "io_submit2 with bad framing");
        _ = context.Take(1);
    }

    private static void Copied(Rig rig)
    {
        var context = rig.Context();
        byte[] id = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        var vec = (Aio2Vec*)WorldLayout.Meta;
        vec[0] = new Aio2Vec { Base = WorldLayout.Data, Len = 16 };
        vec[1] = new Aio2Vec { Base = WorldLayout.Data + 4096, Len = 16 };
        new Span<byte>(Rig.Data, 8192).Clear();
        context.SubmitAll(Rig.Iocb(Aio2Op.Preadv, 1, WorldLayout.PipeRead, WorldLayout.Meta, 2, -1));
        NativeMemory.Fill((void*)WorldLayout.Meta, 64, 0xff);
        NativeMemory.Fill((byte*)WorldLayout.Iocbs + WorldLayout.IocbsBytes - 48, 48, 0xff);
        rig.World.Feed(0, 32);
        var e = context.Take(1, "SUBMIT-2")[0];
        Rig.Expect("SUBMIT-2", 32, RigContext.Res(e), "PREADV whose array was overwritten");
        Rig.Require("SUBMIT-2", Rig.Data[0] == 0 && Rig.Data[15] == 15 && Rig.Data[4096] == 16 && Rig.Data[4096 + 15] == 31, "the bytes went elsewhere");
        Rig.Require("SUBMIT-2", RigContext.UserData([e])[0] == 1, "user_data was read later");
        byte[] traced = new IocbWriter().Add(Rig.Iocb(Aio2Op.Pread, 2, WorldLayout.PipeRead, WorldLayout.Data, 8, -1)).Attribute(Aio2AttrType.TraceId, 0, id).ToArray();
        Rig.Expect("SUBMIT-1", traced.Length, context.Submit(traced), "io_submit2 with TRACE_ID");
        NativeMemory.Fill((byte*)WorldLayout.Iocbs + WorldLayout.IocbsBytes - traced.Length, (nuint)traced.Length, 0xff);
        rig.World.Feed(0, 8);
        e = context.Take(1, "SUBMIT-2")[0];
        bool late = e.Length > IoEvent2.SizeOf + Aio2AttrRet.SizeOf && !e.AsSpan(IoEvent2.SizeOf + Aio2AttrRet.SizeOf).ContainsAnyExcept((byte)0xff);
        Rig.Require("SUBMIT-2", !late, "a payload was read later");
    }

    private static void HoldsFile(Rig rig)
    {
        var context = rig.Context();
        int* ends = stackalloc int[2];
        Libc.Must(Libc.Pipe2(ends, Libc.OCloExec), "pipe2");
        context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 1, ends[0], WorldLayout.Data, 64, -1));
        int number = ends[0];
        _ = Libc.Close(number);
        Libc.Must(Libc.Dup3(WorldLayout.FileRo, number, Libc.OCloExec), "dup3");
        byte value = 42;
        Libc.Must(Libc.Write(ends[1], &value, 1), "write after the read end was closed");
        Rig.Expect("SUBMIT-2", 1, RigContext.Res(context.Take(1, "SUBMIT-2")[0]), "a read whose descriptor was closed and reused");
        Rig.Require("SUBMIT-2", *Rig.Data == 42, "it read another file");
        _ = Libc.Close(number);
        _ = Libc.Close(ends[1]);
        Rig.Expect("SUBMIT-4", -Errno.EBADF, context.Submit(Pack(Rig.Iocb(Aio2Op.Pread, 2, number, WorldLayout.Data, 8))), "io_submit2 with a closed descriptor");
    }

    private static void Data(Rig rig)
    {
        var context = rig.Context();
        for (int i = 0; i < 4096; i++)
        {
            Rig.Data[8192 + i] = (byte)(i * 7);
        }

        context.SubmitAll(
            Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.FileRo, WorldLayout.Data, 4096, 12345),
            Rig.Iocb(Aio2Op.Pwrite, 2, WorldLayout.FileWo, WorldLayout.Data + 8192, 4096, 777));
        var results = context.Take(2).Select(RigContext.Res).ToList();
        Rig.Require("SUBMIT-7", results.TrueForAll(r => r == 4096), $"results {string.Join(", ", results)}");
        for (int i = 0; i < 4096; i++)
        {
            Rig.Require("SUBMIT-7", Rig.Data[i] == WorldLayout.Pattern(12345 + i), $"byte {i} was read wrong");
        }

        Libc.Must(Libc.Pread(WorldLayout.FileRw, Rig.Data, 4096, 777), "pread");
        Rig.Require("SUBMIT-7", new ReadOnlySpan<byte>(Rig.Data, 4096).SequenceEqual(new ReadOnlySpan<byte>(Rig.Data + 8192, 4096)), "bytes were written wrong");
        context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 3, WorldLayout.FileRo, WorldLayout.Guard, 64, 0));
        Rig.Expect("SUBMIT-4", -Errno.EFAULT, RigContext.Res(context.Take(1)[0]), "a read into a hole");
    }

    private static void Position(Rig rig)
    {
        var context = rig.Context();
        int fd = (int)Libc.Must(Libc.Open($"/proc/self/fd/{WorldLayout.FileRo}", Libc.ORdOnly | Libc.OCloExec, 0), "open");
        for (int i = 0; i < 3; i++)
        {
            context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 1, fd, WorldLayout.Data, 100, -1));
            Rig.Expect("SUBMIT-4", 100, RigContext.Res(context.Take(1)[0]), "a read at the position");
            Rig.Require("SUBMIT-4", *Rig.Data == WorldLayout.Pattern(i * 100), $"read {i} began elsewhere");
        }

        _ = Libc.Close(fd);
        Rig.Expect("SUBMIT-4", -Errno.ESPIPE, context.Submit(Pack(Rig.Iocb(Aio2Op.Pread, 2, WorldLayout.PipeRead, WorldLayout.Data, 8, 0))), "an offset on a pipe");
        Rig.Expect("SUBMIT-4", -Errno.EINVAL, context.Submit(Pack(Rig.Iocb(Aio2Op.Pread, 2, WorldLayout.FileRo, WorldLayout.Data, 8, -2))), "offset -2");
    }

    private static void DoesNotWait(Rig rig)
    {
        var context = rig.Context();
        long start = Stopwatch.GetTimestamp();
        context.SubmitAll(
            Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.PipeRead, WorldLayout.Data, 8, -1),
            Rig.Iocb(Aio2Op.Pread, 2, WorldLayout.PipeRead + 1, WorldLayout.Data, 8, -1));
        // Both pipes are empty: had it waited, the call would not have come back at all.
        Rig.Require("SUBMIT-6", Stopwatch.GetElapsedTime(start).TotalSeconds < Rig.PatienceSeconds, "io_submit2 waited");
        Rig.Expect("SUBMIT-6", 0, context.Get(4096, 0, 0, out _), "io_getevents2");
        context.Nops(1, first: 3);
        Rig.Require("SUBMIT-6", RigContext.UserData(context.Take(1, "SUBMIT-6"))[0] == 3, "a NOP waited behind reads");
    }

    private static void Poll(Rig rig)
    {
        rig.NeedsOp(Aio2Op.Poll);
        var context = rig.Context();
        context.SubmitAll(Rig.Iocb(Aio2Op.Poll, 1, WorldLayout.PipeRead, len: (ulong)Libc.PollIn), Rig.Iocb(Aio2Op.Poll, 2, WorldLayout.PipeWrite + 1, len: (ulong)Libc.PollOut));
        var first = context.Take(1)[0];
        Rig.Require("SUBMIT-8", RigContext.UserData([first])[0] == 2 && RigContext.Res(first) == Libc.PollOut, $"the writable pipe gave {RigContext.Res(first)}");
        rig.World.Feed(0, 1);
        var second = context.Take(1)[0];
        Rig.Require("SUBMIT-8", RigContext.UserData([second])[0] == 1 && RigContext.Res(second) == Libc.PollIn, $"the readable pipe gave {RigContext.Res(second)}");
        Rig.Expect("SUBMIT-8", -Errno.EINVAL, context.Submit(Pack(Rig.Iocb(Aio2Op.Poll, 3, WorldLayout.PipeRead, len: 0x10000))), "a mask above 16 bits");
    }

    private static void NoWait(Rig rig)
    {
        var context = rig.Context();
        var iocb = Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.PipeRead, WorldLayout.Data, 8, -1);
        iocb.RwFlags = Aio2Rwf.Nowait;
        context.SubmitAll(iocb);
        long result = RigContext.Res(context.Take(1, "SUBMIT-7")[0]);
        Rig.Require("SUBMIT-7", result is -Errno.EAGAIN or -Errno.EOPNOTSUPP, $"NOWAIT on an empty pipe gave {result}");
        iocb.RwFlags = 0x80000000;
        Rig.Expect("SUBMIT-7", -Errno.EOPNOTSUPP, context.Submit(Pack(iocb)), "an unknown rw_flags bit");
    }
}
