using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>CANCEL-1 and CANCEL-2 where one call and its answer do not show it.</summary>
internal static class CancelChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("Cancelling a blocked read gives its one event", ["CANCEL-1"], One),
        new("The oldest of those that match is cancelled", ["CANCEL-1"], OldestFirst),
        new("ALL cancels every one that matches, FD those of a descriptor", ["CANCEL-1"], AllAndByDescriptor),
        new("What is decided does not match any more", ["CANCEL-1"], Decided),
        new("What the list calls cancellable can be cancelled", ["CANCEL-2", "LIST-1"], Visible),
    ];

    private static Iocb2 Blocked(ulong userData, int pipe) =>
        Rig.Iocb(Aio2Op.Pread, userData, WorldLayout.PipeRead + pipe, WorldLayout.Data + (ulong)(pipe * 4096), 8, -1);

    private static long Cancel(Rig rig, RigContext context, ulong userData, uint flags = 0)
    {
        long result = rig.Aio.Cancel(context.Id, userData, flags);
        return result == -Errno.ENOSYS ? throw new NotOfferedException("io_cancel2 is not offered") : result;
    }

    private static void One(Rig rig)
    {
        var context = rig.Context();
        context.SubmitAll(Blocked(5, 0));
        Rig.Expect("CANCEL-1", 1, Cancel(rig, context, 5), "io_cancel2 of a blocked read");
        Rig.Expect("CANCEL-1", -Errno.ECANCELED, RigContext.Res(context.Take(1)[0]), "its event");
        Rig.Expect("CANCEL-1", -Errno.ENOENT, Cancel(rig, context, 5), "io_cancel2 of nothing");
        Rig.Expect("CANCEL-1", -Errno.EINVAL, Cancel(rig, context, 5, 0x100), "io_cancel2 with an unknown flag");
        Rig.Expect("RING-6", 0, context.Get(4096, 0, 0, out _), "io_getevents2 after the one event");
    }

    private static void OldestFirst(Rig rig)
    {
        var context = rig.Context();
        context.SubmitAll(Blocked(7, 0), Blocked(7, 1), Blocked(7, 2));
        Rig.Expect("CANCEL-1", 1, Cancel(rig, context, 7), "io_cancel2 of one of three");
        Rig.Expect("CANCEL-1", -Errno.ECANCELED, RigContext.Res(context.Take(1)[0]), "its event");
        foreach (int pipe in (int[])[2, 1])
        {
            rig.World.Feed(pipe, 1 + pipe);
            Rig.Expect("CANCEL-1", 1 + pipe, RigContext.Res(context.Take(1, "CANCEL-1")[0]), $"read {pipe}, which is younger");
        }

        Rig.Expect("CANCEL-1", -Errno.ENOENT, Cancel(rig, context, 7), "io_cancel2 of what is done");
    }

    private static void AllAndByDescriptor(Rig rig)
    {
        var context = rig.Context();
        context.SubmitAll(Blocked(5, 0), Blocked(5, 1), Blocked(6, 2), Blocked(5, 3));
        Rig.Expect("CANCEL-1", 1, Cancel(rig, context, (ulong)WorldLayout.PipeRead + 2, Aio2Cancel.Fd), "io_cancel2 by descriptor");
        Rig.Require("CANCEL-1", RigContext.UserData(context.Take(1))[0] == 6, "another request was cancelled than that on the descriptor");
        Rig.Expect("CANCEL-1", -Errno.ENOENT, Cancel(rig, context, WorldLayout.FileRo, Aio2Cancel.Fd | Aio2Cancel.All), "io_cancel2 of a descriptor that nothing uses");
        Rig.Expect("CANCEL-1", 3, Cancel(rig, context, 5, Aio2Cancel.All), "io_cancel2 with ALL");
        Rig.Require("CANCEL-1", context.Take(3).TrueForAll(e => RigContext.Res(e) == -Errno.ECANCELED), "one of them was not cancelled");
        Rig.Expect("RING-6", 0, context.Get(4096, 0, 0, out _), "io_getevents2 after all events");
    }

    private static void Decided(Rig rig)
    {
        var context = rig.Context();
        context.Nops(1, first: 9);
        Rig.Require("CANCEL-1", Rig.Eventually(() => Cancel(rig, context, 9) == -Errno.ENOENT), "a NOP never was decided");
        Rig.Expect("CANCEL-1", 0, RigContext.Res(context.Take(1)[0]), "its event");
    }

    private static void Visible(Rig rig)
    {
        var context = rig.Context();
        context.SubmitAll(Blocked(1, 0), Blocked(2, 1));
        foreach (var (head, iocb) in RequestList.Read(rig, context, 65536))
        {
            bool told = (head.Flags & Aio2RequestFlags.Cancellable) != 0;
            long result = Cancel(rig, context, MemoryMarshal.Read<Iocb2>(iocb).UserData);
            Rig.Require("CANCEL-2", result == (told ? 1 : -Errno.EALREADY), $"a read of an empty pipe is shown as {(told ? "" : "not ")}cancellable, and io_cancel2 gave {result}");
            Rig.Require("CANCEL-2", told, "a read of an empty pipe cannot be cancelled");
        }

        Rig.Require("CANCEL-1", context.Take(2).TrueForAll(e => RigContext.Res(e) == -Errno.ECANCELED), "one of them was not cancelled");
    }
}
