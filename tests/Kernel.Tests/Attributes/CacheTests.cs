using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>CACHE: true on evidence, which is what posix_fadvise has dropped (ATTR-7).</summary>
public sealed unsafe class CacheTests() : AttributeLaws(Aio2AttrType.Cache)
{
    private const int Bytes = AttributeBench.FileBytes, Page = 4096;

    protected override byte[] Sample => [];

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7")]
    public void Dropped_pages_are_a_miss_then_a_hit_and_a_dropped_second_half_is_partial(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        AssertOnceDropped(bench, 0, Aio2Op.Pread, (Aio2CacheState.Miss, 0));
        Assert.Equal((Aio2CacheState.Hit, (ulong)Bytes), Ask(bench, Aio2Op.Pread));
        Assert.Equal((Aio2CacheState.Hit, (ulong)Bytes), Ask(bench, Aio2Op.Preadv));

        AssertOnceDropped(bench, Page, Aio2Op.Preadv, (Aio2CacheState.Partial, Page));
        Assert.Equal(ScratchFile.Pattern(Bytes), new ReadOnlySpan<byte>(bench.Data, Bytes).ToArray());
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7")]
    public void Past_direct_io_and_on_streams_it_is_not_supported(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        using var pipe = new Pipe();
        pipe.Put();
        var direct = Libc.Open(bench.File.Path, Libc.O_RDONLY | Libc.O_DIRECT | Libc.O_CLOEXEC);
        Assert.True(direct >= 0, "this file system takes no O_DIRECT");
        var aligned = (void*)(((ulong)bench.Aio.Memory(3 * Page) + Page - 1) / Page * Page);

        foreach (var iocb in new[] { Harness.Read(direct, aligned, Page, 0), Harness.Read(pipe.ReadEnd, bench.Data, 1, -1) })
        {
            var done = bench.Run(Record.Of(iocb).Attribute(Info.Type));
            var (head, payload) = Assert.Single(done.ReturnList());
            Assert.Equal((-Errno.EOPNOTSUPP, (long)iocb.Len), (head.Status, done.Res));
            Assert.All(payload, b => Assert.Equal(0, b));
        }

        Assert.Equal(0, Libc.Close(direct));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7")]
    public void Tmpfs_is_always_resident(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        var fd = Libc.MemfdCreate("resident", Libc.MFD_CLOEXEC);
        Assert.Equal(0, Libc.Ftruncate(fd, 3000));
        var (done, cache) = bench.Handled<Aio2RetCache>(Record.Of(Harness.Read(fd, bench.Data, 4096, 0)).Attribute(Info.Type));
        Assert.Equal((3000L, Aio2CacheState.Hit, 3000ul), (done.Res, cache.State, cache.Bytes));
        Assert.Equal(0, Libc.Close(fd));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7")]
    public void Who_neither_owns_the_file_nor_may_write_it_learns_nothing(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        foreach (var (mode, status) in new[] { (Mode: 0x1a4u, -Errno.EPERM), (Mode: 0x1b6u, 0) })
        {
            Assert.Equal(0, Libc.Fchmod(bench.File.Fd, mode));
            var fd = Libc.Open(bench.File.Path, Libc.O_RDONLY | Libc.O_CLOEXEC);
            Borrowed.AsNobody(() =>
            {
                var done = bench.Run(Record.Of(Harness.Read(fd, bench.Data, Bytes, 0)).Attribute(Info.Type));
                var (head, payload) = Assert.Single(done.ReturnList());
                Assert.Equal((Bytes, status), (done.Res, head.Status));
                Assert.Equal(status == 0, payload.Any(b => b != 0));
            });
            Assert.Equal(0, Libc.Close(fd));
        }
    }

    [Fact, Requirement("ATTR-2", "ATTR-7")]
    public void A_read_that_fails_tells_of_no_bytes()
    {
        using var bench = new AttributeBench();
        var done = bench.Run(Record.Of(bench.Iocb(Aio2Op.Pread) with { Addr = 8 }).Attribute(Info.Type));
        var (head, payload) = Assert.Single(done.ReturnList());
        Assert.Equal((-Errno.EFAULT, -Errno.EFAULT), (done.Res, head.Status));
        Assert.All(payload, b => Assert.Equal(0, b));
    }

    private (uint State, ulong Bytes) Ask(AttributeBench bench, ushort opcode)
    {
        var (done, cache) = bench.Handled<Aio2RetCache>(Record.Of(bench.Iocb(opcode)).Attribute(Info.Type));
        Assert.Equal(Bytes, done.Res);
        return (cache.State, cache.Bytes);
    }

    // The attempt starts the read of what is missing, and a busy machine may be away from it until the device has answered:
    // then it returns all, and all is what it says. So this takes as many drops as it needs for one that is slower.
    private void AssertOnceDropped(AttributeBench bench, long from, ushort opcode, (uint State, ulong Bytes) expected)
    {
        const int DropsMax = 1000;
        for (var drops = 1; ; drops++)
        {
            Drop(bench, from);
            var told = Ask(bench, opcode);
            if (told == expected)
            {
                return;
            }

            Assert.Equal((Aio2CacheState.Hit, (ulong)Bytes), told);
            Assert.True(drops < DropsMax, $"{drops} attempts have all found what was dropped before");
        }
    }

    // What is dirty stays, and so does what readahead is about to fill: written back first, then dropped, and looked at.
    private static void Drop(AttributeBench bench, long from)
    {
        const int DontNeed = 4, Random = 1;
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Assert.Equal(0, Libc.Fsync(bench.File.Fd));
                Assert.Equal(0, Libc.Fadvise(bench.File.Fd, 0, 0, Random));
                Assert.Equal(0, Libc.Fadvise(bench.File.Fd, from, 0, DontNeed));
                return Cached(bench.File.Fd, from) == 0;
            },
            TimeSpan.FromSeconds(Harness.Patience)), "pages stay in the cache");
    }

    private static ulong Cached(int fd, long from)
    {
        var state = default(Cachestat);
        var range = new CachestatRange { Offset = (ulong)from, Bytes = (ulong)(Bytes - from) };
        Assert.Equal(0, Libc.Cachestat(fd, &range, &state));
        return state.Cached;
    }
}
