using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>ISSUE-1: one iocb, synchronously.</summary>
internal static unsafe class IssueChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("One iocb runs synchronously and gives its event", ["ISSUE-1"], Runs),
        new("What is refused runs nothing and writes no event", ["ISSUE-1"], Refuses),
    ];

    private static byte* Event => (byte*)WorldLayout.Events;

    private static long Issue(Rig rig, byte[] iocb, void* to, nuint room, uint flags = 0)
    {
        byte* at = (byte*)WorldLayout.Iocbs + WorldLayout.IocbsBytes - iocb.Length;
        iocb.CopyTo(new Span<byte>(at, iocb.Length));
        long result = rig.Aio.Issue(at, (nuint)iocb.Length, to, room, flags);
        return result == -Errno.ENOSYS ? throw new NotOfferedException("io_issue2 is not offered") : result;
    }

    private static byte[] Pack(Iocb2 iocb) => new IocbWriter().Add(iocb).ToArray();

    private static void Runs(Rig rig)
    {
        byte[] id = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        byte[] iocb = new IocbWriter().Add(Rig.Iocb(Aio2Op.Pread, 77, WorldLayout.FileRo, WorldLayout.Data, 512, 1000)).Attribute(Aio2AttrType.TraceId, 0, id).ToArray();
        Rig.Expect("ISSUE-1", 24 + 32, Issue(rig, iocb, Event, 4096), "io_issue2 of a read with TRACE_ID");
        var e = *(IoEvent2*)Event;
        Rig.Require("ISSUE-1", e is { Bytes: 56, Flags: 0, Reserved: 0, UserData: 77, Res: 512 }, $"the event: {e.Bytes} bytes, user_data {e.UserData}, result {e.Res}");
        Rig.Require("ATTR-7", new ReadOnlySpan<byte>(Event + 40, 16).SequenceEqual(id), "TRACE_ID came back changed");
        Rig.Require("ISSUE-1", Rig.Data[0] == WorldLayout.Pattern(1000) && Rig.Data[511] == WorldLayout.Pattern(1511), "the data was read wrong");
        Rig.Expect("ISSUE-1", 24, Issue(rig, Pack(Rig.Iocb(Aio2Op.Nop, 5)), Event, 24), "io_issue2 of a NOP");
        rig.World.Feed(0, 5);
        Rig.Expect("ISSUE-1", 24, Issue(rig, Pack(Rig.Iocb(Aio2Op.Pread, 6, WorldLayout.PipeRead, WorldLayout.Data, 64, -1)), Event, 24), "io_issue2 of a read of a pipe");
        Rig.Expect("ISSUE-1", 5, ((IoEvent2*)Event)->Res, "its result");
        Rig.Expect("ISSUE-1", 24, Issue(rig, Pack(Rig.Iocb(Aio2Op.Pread, 6, WorldLayout.FileRo, WorldLayout.Guard, 64, 0)), Event, 24), "io_issue2 of a read into a hole");
        Rig.Expect("ISSUE-1", -Errno.EFAULT, ((IoEvent2*)Event)->Res, "its result");
    }

    private static void Refuses(Rig rig)
    {
        rig.World.Feed(0, 8);
        NativeMemory.Fill(Rig.Data, 64, 0x55);
        NativeMemory.Fill(Event, 64, 0xee);
        byte[] read = Pack(Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.PipeRead, WorldLayout.Data, 8, -1));
        Rig.Expect("ISSUE-1", -Errno.EINVAL, Issue(rig, read, Event, 64, flags: 1), "io_issue2 with a flag");
        Rig.Expect("ISSUE-1", -Errno.EMSGSIZE, Issue(rig, read, Event, 23), "io_issue2 without room for the event");
        Rig.Expect("ISSUE-1", -Errno.EINVAL, Issue(rig, Pack(Rig.Iocb(77, 1)), Event, 64), "io_issue2 of an unknown opcode");
        Rig.Expect("ISSUE-1", -Errno.EBADF, Issue(rig, Pack(Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.FdClosed, WorldLayout.Data, 8)), Event, 64), "io_issue2 on a closed descriptor");
        Rig.Expect("ISSUE-1", -Errno.EINVAL, Issue(rig, read[..40], Event, 64), "io_issue2 of 40 bytes");
        foreach (ushort flag in (ushort[])[Aio2IocbFlags.Multi, Aio2IocbFlags.Level])
        {
            var poll = Rig.Iocb(Aio2Op.Poll, 1, WorldLayout.PipeRead, len: (ulong)Libc.PollIn);
            poll.Flags = flag;
            Rig.Expect("ISSUE-1", -Errno.EINVAL, Issue(rig, Pack(poll), Event, 64), "io_issue2 of POLL with MULTI or LEVEL");
        }

        if (rig.Kernel().UserMemory != Aio2UserMemory.Direct)
        {
            Rig.Expect("ISSUE-1", -Errno.EFAULT, Issue(rig, read, (void*)WorldLayout.Guard, 64), "io_issue2 with bad memory for the event");
            Rig.Expect("ISSUE-1", -Errno.EFAULT, rig.Aio.Issue((void*)WorldLayout.Guard, 48, Event, 64, 0), "io_issue2 with a bad iocb");
        }

        Rig.Require("ISSUE-1", !new ReadOnlySpan<byte>(Event, 64).ContainsAnyExcept((byte)0xee), "an event was written");
        Rig.Require("ISSUE-1", !new ReadOnlySpan<byte>(Rig.Data, 64).ContainsAnyExcept((byte)0x55), "something ran");
        Rig.Expect("ISSUE-1", 24, Issue(rig, read, Event, 24), "io_issue2 of the same read");
        Rig.Expect("ISSUE-1", 8, ((IoEvent2*)Event)->Res, "its result");
    }
}
