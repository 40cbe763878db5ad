using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>SETUP-2, SETUP-8 and SETUP-12: a context's id, its ring's memory, and completions that are deferred.</summary>
internal static unsafe class PlaceChecks
{
    private const int MfdAllowSealing = 2, AddSeals = 1033, SealShrink = 2;
    private const uint RingBytes = 8192;

    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("A ring in shared memory of the caller's works, and goes on when the view is gone", ["SETUP-8"], ByAddress),
        new("A ring in a sealed memfd works", ["SETUP-8"], ByDescriptor),
        new("Other memory is refused", ["SETUP-8"], OtherMemory),
        new("A context comes at the id that is asked for", ["SETUP-2"], AtId),
        new("Deferred completions run in the caller's calls", ["SETUP-12"], Deferred),
    ];

    private static nuint MapBytes(Rig rig)
    {
        var p = new Aio2Params { RingBytes = RingBytes };
        Rig.Expect("SETUP-11", 0, rig.Setup(Aio2Setup.Probe | Aio2Setup.UserReap, ref p), "io_setup2 with PROBE");
        Rig.Require("SETUP-8", p.RingMapBytes >= RingBytes + 8192, $"PROBE reports {p.RingMapBytes} bytes for a ring of {RingBytes}");
        return (nuint)p.RingMapBytes;
    }

    private static void* Map(nuint bytes, int flags, int fd = -1)
    {
        void* at = Libc.Mmap(null, bytes, Libc.ProtRead | Libc.ProtWrite, flags, fd, 0);
        return at != (void*)-1 ? at : throw new InvalidOperationException("mmap");
    }

    private static void Works(RigContext context, ulong first)
    {
        context.Nops(4, first);
        Rig.Require("SETUP-8", Rig.Eventually(() => context.Tail == 96), "4 NOPs did not come");
        Rig.Require("SETUP-8", context.Reap(2).Count == 2, "the ring cannot be reaped");
    }

    private static void ByAddress(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.RingAddr);
        nuint bytes = MapBytes(rig);
        void* at = Map(bytes, Libc.MapShared | Libc.MapAnonymous);
        var context = rig.Context(Aio2Setup.UserReap | Aio2Setup.RingAddr, new Aio2Params { RingBytes = RingBytes, RingAddr = (ulong)at });
        Rig.Require("SETUP-8", context.Params.RingAddr == (ulong)at, "the ring is elsewhere than where it was asked for");
        Works(context, 1);
        _ = Libc.Munmap(at, bytes);
        Rig.Require("SETUP-8", RigContext.UserData(context.Take(2)).SequenceEqual((ulong[])[3ul, 4]), "the ring's content was lost with the view");
        context.Nops(2, first: 50);
        Rig.Require("SETUP-8", RigContext.UserData(context.Take(2)).Order().SequenceEqual((ulong[])[50ul, 51]), "events were lost after the view was gone");
    }

    private static void ByDescriptor(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.RingFd);
        nuint bytes = MapBytes(rig);
        int fd = Sealed(bytes + 4096);
        var context = rig.Context(Aio2Setup.UserReap | Aio2Setup.RingFd, new Aio2Params { RingBytes = RingBytes, RingFd = fd, RingOffset = 4096 });
        var view = (byte*)Map(bytes + 4096, Libc.MapShared, fd);
        Rig.Require("SETUP-8", ((Aio2Ring*)(view + 4096))->Magic == Aio2.RingMagic, "the file does not hold the ring at ring_offset");
        _ = Libc.Close(fd);
        Works(context, 1);
        Rig.Require("SETUP-8", context.Take(2).Count == 2, "the ring's content was lost");
        Rig.Require("SETUP-8", ((Aio2Ring*)(view + 4096))->Tail == 96, "the file does not show the tail");
        _ = Libc.Munmap(view, bytes + 4096);
    }

    private static int Sealed(nuint bytes)
    {
        int fd = (int)Libc.Must(Libc.MemfdCreate("aio2-ring", 1 | MfdAllowSealing), "memfd_create");
        Libc.Must(Libc.Ftruncate(fd, (long)bytes), "ftruncate");
        Libc.Must(Libc.Fcntl(fd, AddSeals, SealShrink), "fcntl");
        return fd;
    }

    private static void OtherMemory(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.RingAddr | Aio2Feat.RingFd);
        nuint bytes = MapBytes(rig);
        void* shared = Map(bytes, Libc.MapShared | Libc.MapAnonymous);
        void* own = Map(bytes, Libc.MapPrivate | Libc.MapAnonymous);
        int open = (int)Libc.Must(Libc.MemfdCreate("aio2-unsealed", 1 | MfdAllowSealing), "memfd_create");
        int small = Sealed(bytes - 4096);
        Libc.Must(Libc.Ftruncate(open, (long)bytes), "ftruncate");
        void Bad(uint flags, Aio2Params p, int errno, string what) => Rig.Expect("SETUP-8", -errno, rig.Setup(Aio2Setup.UserReap | flags, ref p), what);
        const uint ByAddr = Aio2Setup.RingAddr, ByFd = Aio2Setup.RingFd;
        Bad(ByAddr, new Aio2Params { RingBytes = RingBytes, RingAddr = (ulong)own }, Errno.EINVAL, "RING_ADDR in private memory");
        Bad(ByAddr, new Aio2Params { RingBytes = RingBytes, RingAddr = (ulong)shared + 8 }, Errno.EINVAL, "RING_ADDR off a page");
        Bad(ByAddr, new Aio2Params { RingBytes = RingBytes * 2, RingAddr = (ulong)shared }, Errno.EINVAL, "RING_ADDR in less than ring_map_bytes");
        Bad(ByAddr, new Aio2Params { RingBytes = RingBytes, RingAddr = WorldLayout.Guard }, Errno.EINVAL, "RING_ADDR in a hole");
        Bad(ByFd, new Aio2Params { RingBytes = RingBytes, RingFd = open }, Errno.EINVAL, "RING_FD without the seal");
        Bad(ByFd, new Aio2Params { RingBytes = RingBytes, RingFd = small }, Errno.EINVAL, "RING_FD of less than ring_map_bytes");
        Bad(ByFd, new Aio2Params { RingBytes = RingBytes, RingFd = WorldLayout.FdClosed }, Errno.EBADF, "RING_FD of a closed descriptor");
        Bad(ByFd | ByAddr, new Aio2Params { RingBytes = RingBytes, RingFd = open, RingAddr = (ulong)shared }, Errno.EINVAL, "RING_FD and RING_ADDR");
        _ = Libc.Close(open);
        _ = Libc.Close(small);
        _ = Libc.Munmap(shared, bytes);
        _ = Libc.Munmap(own, bytes);
    }

    private static void AtId(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.SetupAt);
        uint id = rig.Context().Id + 12345;
        var context = rig.Context(Aio2Setup.At, new Aio2Params { Ctx = id });
        Rig.Expect("SETUP-2", id, context.Id, "the id of a context made with AT");
        context.Nops(1);
        _ = context.Take(1);
        var p = new Aio2Params { Ctx = id };
        Rig.Expect("SETUP-2", -Errno.EEXIST, rig.Setup(Aio2Setup.At, ref p), "io_setup2 at an id that is taken");
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
        Rig.Expect("SETUP-2", 0, rig.Setup(Aio2Setup.At, ref p), "io_setup2 at an id that is free again");
        Rig.Expect("DESTROY-1", 0, rig.Aio.Destroy(id), "io_destroy2");
    }

    private static void Deferred(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Defer);
        var context = rig.Context(Aio2Setup.Defer, nrReqs: 8);
        context.SubmitAll(
            Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.FileRo, WorldLayout.Data, 512, 0),
            Rig.Iocb(Aio2Op.Pread, 2, WorldLayout.PipeRead, WorldLayout.Data + 4096, 64, -1),
            Rig.Iocb(Aio2Op.Nop, 3));
        Rig.Require("SETUP-12", RigContext.UserData(context.Take(2)).Order().SequenceEqual((ulong[])[1ul, 3]), "what needs nobody did not complete in io_getevents2");
        var feeder = new RigThread(() => rig.World.Feed(0, 8));
        Rig.Expect("SETUP-12", 24, context.Get(4096, 24, Rig.PatienceSeconds, out byte[] e), "io_getevents2 that waits for a pipe");
        Rig.Require("SETUP-12", RigContext.UserData([e])[0] == 2 && feeder.Join(), "another event came");
        context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 4, WorldLayout.PipeRead + 1, WorldLayout.Data, 8, -1));
        long told = rig.Aio.Cancel(context.Id, 4, 0);
        Rig.Expect("CANCEL-1", 1, told, "io_cancel2 of a deferred read");
        Rig.Expect("CANCEL-1", -Errno.ECANCELED, RigContext.Res(context.Take(1)[0]), "its event");
        context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 5, WorldLayout.PipeRead + 2, WorldLayout.Data, 8, -1), Rig.Iocb(Aio2Op.Pread, 6, WorldLayout.FileRo, WorldLayout.Data, 8));
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2 with deferred requests");
    }
}
