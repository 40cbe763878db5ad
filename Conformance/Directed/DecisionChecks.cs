using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>What the page's "Decisions" fix and two implementations first read in two ways.</summary>
internal static unsafe class DecisionChecks
{
    private const uint RingBytes = 4096;

    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("An attribute that does not fit returns its head only, and nobody looks at its payload", ["ATTR-2", "ATTR-4"], Inapplicable),
        new("A request that ended before it began says so in its returns", ["ATTR-7"], NeverBegan),
        new("Memory files are always a hit of the cache", ["ATTR-7"], MemoryFile),
        new("What is wrong in several ways is refused for the first", ["SUBMIT-3", "SUBMIT-5"], SeveralFaults),
        new("A run is cut to its maximum between records", ["SUBMIT-2"], Cut),
        new("ext is looked at without records, and behind its known part never", ["SUBMIT-5"], Ext),
        new("An eventfd is a stream", ["SUBMIT-4"], EventfdIsStream),
        new("A record that becomes an event is listed like any request", ["SUBMIT-1", "LIST-1"], RefusedIsListed),
        new("A buffer too small for any event waits for the first", ["GET-1", "GET-3"], TinyBuffer),
        new("A new ring's OVERFLOW is no episode", ["RING-11", "RING-7"], Episodes),
        new("The event's memory is tested with the pointers, and whole behind the record", ["ISSUE-1", "ERR-1"], IssueMemory),
    ];

    private static long Submit(RigContext context, byte[] bytes, out Aio2Extack ext)
    {
        Aio2Extack told = new() { Size = Aio2Extack.SizeOf };
        long result = context.Submit(bytes, &told);
        ext = told;
        return result;
    }

    private static Aio2AttrRet ReturnAt(byte[] e, int at) => MemoryMarshal.Read<Aio2AttrRet>(e.AsSpan(at));

    private static byte[] Bytes(ulong value) => BitConverter.GetBytes(value);

    private static void Inapplicable(Rig rig)
    {
        var context = rig.Context();
        byte[] nop = new IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, 1))
            .Attribute(Aio2AttrType.WriteHint, 0, Bytes(9999)).Attribute(Aio2AttrType.Cache, 0, []).Attribute(Aio2AttrType.Checksum, 0, [1]).ToArray();
        Rig.Expect("ATTR-4", nop.Length, context.Submit(nop), "io_submit2 of a NOP with attributes for transfers");
        byte[] e = context.Take(1)[0];
        Rig.Expect("ATTR-2", 24 + 3 * 16, e.Length, "bytes of its event");
        for (int at = 24; at < e.Length; at += 16)
        {
            Rig.Require("ATTR-3", ReturnAt(e, at) is { Bytes: 16, Status: -Errno.EOPNOTSUPP }, $"a return of {ReturnAt(e, at).Bytes} bytes with status {ReturnAt(e, at).Status}");
        }
    }

    private static void NeverBegan(Rig rig)
    {
        var context = rig.Context();
        byte[] write = new IocbWriter().Add(Rig.Iocb(Aio2Op.Pwrite, 1, WorldLayout.FileRw, WorldLayout.Data, 8))
            .Attribute(Aio2AttrType.Deadline, 0, Bytes(1)).Attribute(Aio2AttrType.WriteHint, 0, Bytes(2))
            .Attribute(Aio2AttrType.Checksum, 0, Bytes(Aio2Checksum.Crc32c)).Attribute(Aio2AttrType.Timing, 0, []).ToArray();
        Rig.Expect("ATTR-7", write.Length, context.Submit(write), "io_submit2 of a write whose deadline has passed");
        byte[] e = context.Take(1)[0];
        Rig.Expect("ATTR-7", -Errno.ETIME, RigContext.Res(e), "its result");
        Rig.Expect("ATTR-7", -Errno.ETIME, ReturnAt(e, 24).Status, "the status of its DEADLINE");
        Rig.Expect("ATTR-7", -Errno.ECANCELED, ReturnAt(e, 40).Status, "the status of its WRITE_HINT");
        Rig.Expect("ATTR-7", -Errno.ETIME, ReturnAt(e, 64).Status, "the status of its CHECKSUM");
        var timing = MemoryMarshal.Read<Aio2RetTiming>(e.AsSpan(64 + 40 + 16));
        Rig.Require("ATTR-7", timing.Issue == timing.Complete && timing.Submit <= timing.Complete, $"TIMING of a request that never began: {timing.Submit}, {timing.Issue}, {timing.Complete}");
    }

    private static void MemoryFile(Rig rig)
    {
        int fd = (int)Libc.Must(Libc.MemfdCreate("aio2-cached", 1), "memfd_create");
        Libc.Must(Libc.Ftruncate(fd, 100), "ftruncate");
        var context = rig.Context();
        byte[] read = new IocbWriter().Add(Rig.Iocb(Aio2Op.Pread, 1, fd, WorldLayout.Data, 200)).Attribute(Aio2AttrType.Cache, 0, []).ToArray();
        Rig.Expect("ATTR-7", read.Length, context.Submit(read), "io_submit2 of a read of a memfd");
        byte[] e = context.Take(1)[0];
        _ = Libc.Close(fd);
        var cache = MemoryMarshal.Read<Aio2RetCache>(e.AsSpan(40));
        Rig.Expect("ATTR-7", 100, RigContext.Res(e), "its result");
        Rig.Require("ATTR-7", ReturnAt(e, 24).Status == 0 && cache is { State: Aio2CacheState.Hit, Bytes: 100 }, $"CACHE: status {ReturnAt(e, 24).Status}, state {cache.State}, {cache.Bytes} bytes");
    }

    private static void SeveralFaults(Rig rig)
    {
        var context = rig.Context();
        void Refused(uint bytes, int run, uint reason)
        {
            byte[] records = new byte[run];
            MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in bytes))[..Math.Min(run, 4)].CopyTo(records);
            Rig.Expect("SUBMIT-3", -Errno.EINVAL, Submit(context, records, out var ext), $"a record of {bytes} bytes in a run of {run}");
            Rig.Require("SUBMIT-5", ext.Reason == reason && ext is { RecordOffset: 0, FieldOffset: 0 }, $"{bytes} bytes in {run}: {Aio2Reason.NameOf(ext.Reason)}, not {Aio2Reason.NameOf(reason)}");
        }

        Refused(44, 8192, Aio2Reason.RecordTooShort);
        Refused(40, 4, Aio2Reason.RecordTooShort);
        Refused(51, 50, Aio2Reason.RecordUnaligned);
        Refused(4100, 48, Aio2Reason.RecordUnaligned);
        Refused(9000, 8192, Aio2Reason.RecordTruncated);
        Refused(48, 3, Aio2Reason.RecordTruncated);
        Refused(4104, 8192, Aio2Reason.RecordTooLong);
    }

    private static void Cut(Rig rig)
    {
        const int Record = 56;
        const int Whole = (int)Aio2.SubmitMax / Record;
        var context = rig.Context(nrReqs: Whole + 8);
        var writer = new IocbWriter();
        for (int i = 0; i < Whole + 4; i++)
        {
            writer.Add(Rig.Iocb(Aio2Op.Nop, 1)).Attribute(0x7abc, Aio2AttrFlags.Noreturn, []);
        }

        byte[] records = writer.ToArray();
        Aio2Extack ext = new() { Size = Aio2Extack.SizeOf };
        fixed (byte* at = records)
        {
            Rig.Expect("SUBMIT-2", Whole * Record, rig.Aio.Submit(context.Id, at, (nuint)records.Length, &ext), "io_submit2 of more than its maximum");
        }

        Rig.Require("SUBMIT-2", ext is { Error: 0, Reason: Aio2Reason.None }, $"the cut is told as {Aio2Reason.NameOf(ext.Reason)}");
    }

    private static void Ext(Rig rig)
    {
        var context = rig.Context();
        ulong* ext = stackalloc ulong[5];
        new Span<ulong>(ext, 5).Fill(~0ul);
        *(uint*)ext = 40;
        Rig.Expect("SUBMIT-5", 0, rig.Aio.Submit(context.Id, null, 0, (Aio2Extack*)ext), "io_submit2 of nothing with a long ext");
        Rig.Require("SUBMIT-5", *ext == 40 && (ext[1] | ext[2] | ext[3]) == 0, "ext was not cleared");
        Rig.Require("SUBMIT-5", ext[4] == ~0ul, "what lies behind ext was changed");
        *(uint*)ext = 16;
        Rig.Expect("SUBMIT-5", -Errno.EINVAL, rig.Aio.Submit(context.Id, null, 0, (Aio2Extack*)ext), "io_submit2 of nothing with a short ext");
    }

    private static void EventfdIsStream(Rig rig)
    {
        var context = rig.Context();
        long result = Submit(context, new IocbWriter().Add(Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.Eventfd, WorldLayout.Data, 8)).ToArray(), out var ext);
        Rig.Expect("SUBMIT-4", -Errno.ESPIPE, result, "io_submit2 of a read at 0 of an eventfd");
        Rig.Require("SUBMIT-5", ext is { Reason: Aio2Reason.OffsetStream, FieldOffset: Iocb2.At.Offset }, $"ext says {Aio2Reason.NameOf(ext.Reason)} at {ext.FieldOffset}");
    }

    private static void RefusedIsListed(Rig rig)
    {
        var context = rig.Context(Aio2Setup.SubmitAll, nrReqs: 2);
        context.SubmitAll(Rig.Iocb(77, 5), Rig.Iocb(Aio2Op.Nop, 6));
        var listed = RequestList.Read(rig, context, 4096);
        Rig.Expect("LIST-1", 2, listed.Count, "requests that io_list2 tells");
        var (head, iocb) = listed[0];
        Rig.Require("LIST-1", head is { State: Aio2RequestState.Done, Res: -Errno.EINVAL } && MemoryMarshal.Read<Iocb2>(iocb) is { Opcode: 77, UserData: 5 }, $"the refused record is told in state {head.State} with result {head.Res}");
        Rig.Expect("RING-9", -Errno.EAGAIN, Submit(context, new IocbWriter().Add(Rig.Iocb(77, 7)).ToArray(), out _), "a refused record without a slot");
        Rig.Expect("SUBMIT-1", 2, context.Take(2).Count, "events");
    }

    private static void TinyBuffer(Rig rig)
    {
        var context = rig.Context();
        Rig.Expect("GET-1", 0, context.Get(8, 8, 0.01, out _), "io_getevents2 of 8 bytes with nothing there");
        context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.PipeRead, WorldLayout.Data, 8, -1));
        long result = 0;
        byte* buffer = (byte*)WorldLayout.Events;
        var waiter = new RigThread(() => result = rig.Aio.GetEvents(context.Id, buffer, 8, 8, null, 0));
        rig.World.Feed(0, 8);
        Rig.Require("GET-1", waiter.Join(), "the waiter sleeps on with an event there");
        Rig.Expect("GET-3", -Errno.EMSGSIZE, result, "io_getevents2 of 8 bytes");
        Rig.Expect("GET-3", 1, context.Take(1).Count, "events that stayed");
    }

    private static void Episodes(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.UserReap | Aio2Feat.Resize);
        var context = rig.Context(Aio2Setup.UserReap, ringBytes: RingBytes);
        context.Nops(1);
        Rig.Require("RING-6", Rig.Eventually(() => context.Tail == 24), "a NOP did not come");
        var info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf };
        Rig.Expect("RING-11", 0, rig.Aio.RingCtl(context.Id, Aio2Ctl.Resize, (ulong)&info), "RESIZE to 0 bytes");
        Rig.Expect("SETUP-5", Aio2.RingBytesDefault, info.RingBytes, "bytes of the new ring");
        var header = (Aio2Ring*)info.RingAddr;
        context.Nops(2);
        Rig.Require("RING-7", Rig.Eventually(() => Volatile.Read(ref header->OverflowEvents) == 2), $"{header->OverflowEvents} events on the list, not 2");
        Rig.Expect("RING-11", 0, (long)header->OverflowEpisodes, "episodes of overflow");
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2 in a move");
        _ = Libc.Munmap((void*)info.RingAddr, (nuint)info.RingMapBytes);
    }

    private static void IssueMemory(Rig rig)
    {
        byte[] timed = new IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, 1)).Attribute(Aio2AttrType.Timing, 0, []).ToArray();
        byte[] unknown = new IocbWriter().Add(Rig.Iocb(77, 1)).Attribute(Aio2AttrType.Timing, 0, []).ToArray();
        byte* edge = (byte*)WorldLayout.Events + WorldLayout.EventsBytes - IoEvent2.SizeOf;
        byte* bad = (byte*)WorldLayout.Guard;
        long Issue(byte[] iocb, byte* to, nuint room)
        {
            fixed (byte* at = iocb)
            {
                long result = rig.Aio.Issue(at, (nuint)iocb.Length, to, room, 0);
                return result == -Errno.ENOSYS ? throw new NotOfferedException("io_issue2 is not offered") : result;
            }
        }

        Rig.Expect("ERR-1", -Errno.EFAULT, Issue(unknown, bad, 100), "an unknown opcode with bad memory for the event");
        Rig.Expect("ERR-1", -Errno.EFAULT, Issue(unknown, bad, 8), "an unknown opcode with 8 bad bytes for the event");
        Rig.Expect("ISSUE-1", -Errno.EINVAL, Issue(unknown, edge, 100), "an unknown opcode with memory for a fixed part");
        Rig.Expect("ISSUE-1", -Errno.EFAULT, Issue(timed, edge, 100), "a NOP with TIMING with memory for a fixed part");
        Rig.Expect("ISSUE-1", -Errno.EMSGSIZE, Issue(timed, edge, 24), "a NOP with TIMING in 24 bytes");
    }
}
