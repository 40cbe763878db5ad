using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Tests.Engines;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>POLL one-shot and MULTI (SUBMIT-8), on every engine.</summary>
public sealed unsafe class PollTests
{
    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    internal static Iocb2 Poll(int fd, int mask, ulong userData, ushort flags = 0) =>
        new() { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Poll, Flags = flags, Fd = fd, Len = (ulong)mask, UserData = userData };

    private static Iocb2 Multi(int fd, int mask, ulong userData) => Poll(fd, mask, userData, Aio2IocbFlags.Multi);

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-8")]
    public void One_shot_gives_the_events_that_poll_gives_once(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        var aio = bench.Aio;
        foreach (var source in Source.All())
        {
            Assert.Equal(2 * Iocb2.SizeOf, aio.Submit(Poll(source.Fd, Libc.POLLIN, 1), Poll(source.Fd, Libc.POLLIN, 2)));
            Assert.Equal(0, aio.Poll(new byte[64]));
            source.MakeReady();
            Assert.Equal([(1ul, 1L, 0), (2ul, 1L, 0)], aio.Reap(2).Select(e => (e.UserData, e.Res, (int)e.Fixed.Flags)).Order());

            // Ready already.
            aio.Submit(Poll(source.Fd, Libc.POLLIN, 3));
            Assert.Equal((3ul, 1L), (aio.ReapOne() is var e ? e.UserData : 0, e.Res));
            source.Drain();
            Assert.Equal(0, aio.Poll(new byte[64]));
            source.Dispose();
        }
    }

    [Fact, Requirement("SUBMIT-8", "SUBMIT-2")]
    public void One_shot_tells_a_hang_up_and_what_has_no_poll_is_ready()
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        aio.Submit(Poll(pipe.ReadEnd, Libc.POLLIN, 1));

        // The request holds its file, whatever becomes of the number.
        pipe.CloseRead();
        pipe.CloseWrite();
        Assert.Equal(Libc.POLLHUP, aio.ReapOne().Res);

        using var file = new ScratchFile();
        aio.Submit(Poll(file.Fd, Libc.POLLIN | Libc.POLLOUT | Libc.POLLPRI, 2), Poll(file.Fd, Libc.POLLPRI, 3));
        Assert.Equal((2ul, (long)(Libc.POLLIN | Libc.POLLOUT)), (aio.ReapOne() is var e ? e.UserData : 0, e.Res));
        Assert.Equal(1, aio.Kernel.Cancel(aio.Ctx, 3, 0));
        Assert.Equal(-Errno.ECANCELED, aio.ReapOne().Res);
    }

    [Fact, Requirement("SUBMIT-8", "SUBMIT-3")]
    public void What_POLL_does_not_know_is_refused()
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        var good = Poll(pipe.ReadEnd, 1, 1);
        foreach (var bad in new[]
        {
            good with { Flags = 4 }, good with { Flags = Aio2IocbFlags.Multi | Aio2IocbFlags.Level }, good with { Len = 0x10000 },
            good with { Addr = 1 }, good with { Offset = -1 },
        })
        {
            Assert.Equal(-Errno.EINVAL, aio.Submit(bad));
        }

        Assert.Equal(-Errno.EOPNOTSUPP, aio.Submit(good with { RwFlags = 1 }));
        Assert.Equal(-Errno.EBADF, aio.Submit(good with { Fd = 9999 }));
        Assert.Equal(-Errno.EINVAL, aio.Submit(Harness.Nop(1) with { Flags = Aio2IocbFlags.Multi }));
        const ulong Wanted = Aio2Feat.PollMulti | Aio2Feat.PollLevel;
        Assert.Equal(Wanted, aio.Params.Features & Wanted);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-8", "RING-6")]
    public void Multi_gives_a_MORE_event_for_each_edge_and_one_final_event(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        var aio = bench.Aio;
        foreach (var source in Source.All())
        {
            aio.Submit(Multi(source.Fd, Libc.POLLIN, 7));
            for (var i = 0; i < 3; i++)
            {
                source.MakeReady();
                var e = aio.ReapOne();
                Assert.Equal((7ul, 1L, Aio2EventFlags.More), (e.UserData, e.Res, e.Fixed.Flags));
                source.Drain();
            }

            Assert.Equal(0, aio.Poll(new byte[64]));
            Assert.Equal(1, aio.Kernel.Cancel(aio.Ctx, 7, 0));
            var final = aio.ReapOne();
            Assert.Equal((7ul, -(long)Errno.ECANCELED, 0), (final.UserData, final.Res, (int)final.Fixed.Flags));
            source.MakeReady();
            Assert.Equal(0, aio.Poll(new byte[64]));
            source.Dispose();
        }
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("SUBMIT-8", "RING-7", "RING-9")]
    public void Edges_are_or_ed_while_their_MORE_event_waits_on_the_list(uint kind)
    {
        // A ring without room: one slot is free, and it holds both records.
        const int InRing = 4096 / IoEvent2.SizeOf;
        using var aio = Harness.Context(flags: kind, nrReqs: InRing + 2);
        using var sockets = new SocketPair();
        var before = kind == 0 ? 1 : InRing + 1;
        aio.Submit([.. Enumerable.Range(0, before).Select(i => Harness.Nop((ulong)i))]);
        aio.Submit(Multi(sockets.A, Libc.POLLIN | Libc.POLLOUT, 500));
        for (var i = 0; i < 5; i++)
        {
            sockets.Send();
        }

        sockets.CloseB();

        // One event with edges of all kinds, though there were many; and never merged with it, the final one.
        var bound = 0;
        while ((MoreOnList(aio) & Libc.POLLHUP) == 0)
        {
            Assert.True(++bound < 1_000_000, "the edges never came");
            Thread.Yield();
        }

        Assert.Equal(1, aio.Kernel.Cancel(aio.Ctx, 500, 0));
        var events = aio.Reap(before + 2)[before..];
        Assert.Equal((500ul, (long)(Libc.POLLIN | Libc.POLLOUT | Libc.POLLHUP), Aio2EventFlags.More), (events[0].UserData, events[0].Res, events[0].Fixed.Flags));
        Assert.Equal((500ul, -(long)Errno.ECANCELED, 0), (events[1].UserData, events[1].Res, (int)events[1].Fixed.Flags));
        Assert.Equal(Math.Min(before + 2, InRing) * Iocb2.SizeOf, aio.Submit([.. Enumerable.Range(0, Math.Min(before + 2, InRing)).Select(i => Harness.Nop((ulong)i))]));
    }

    [Fact, Requirement("SUBMIT-8", "GET-4")]
    public void Edges_during_a_copy_come_after_it_and_before_the_final_event()
    {
        using var aio = Harness.Context(flags: 0);
        using var pipe = new Pipe();
        aio.Submit(Multi(pipe.ReadEnd, Libc.POLLIN, 4));
        pipe.Put();
        var bound = 0;
        while (MoreOnList(aio) == 0)
        {
            Assert.True(++bound < 1_000_000, "the edge never came");
            Thread.Yield();
        }

        // A reaper is stopped in the middle of its copy; then come more edges, and the end.
        using var page = new StalledPage();
        long got = 0;
        var reaper = new Thread(() => got = aio.Kernel.GetEvents(aio.Ctx, page.Address, 4096, 24, null, 0));
        reaper.Start();
        while (MoreIsTaken(aio) == 0)
        {
            Assert.True(++bound < 2_000_000, "the copy never began");
            Thread.Yield();
        }

        pipe.CloseWrite();
        while (Noted(aio) == 0)
        {
            Assert.True(++bound < 3_000_000, "the second edge never came");
            Thread.Yield();
        }

        Assert.Equal(1, aio.Kernel.Cancel(aio.Ctx, 4, 0));
        while (!FinalWaits(aio))
        {
            Assert.True(++bound < 4_000_000, "the end never came");
            Thread.Yield();
        }

        page.LetGo();
        Assert.True(reaper.Join(TimeSpan.FromSeconds(Harness.Patience)));
        Assert.Equal(
            [(1L, Aio2EventFlags.More), (Libc.POLLIN | Libc.POLLHUP, Aio2EventFlags.More), (-Errno.ECANCELED, (ushort)0)],
            Event.Split(new ReadOnlySpan<byte>(page.Address, (int)got)).Select(e => (e.Res, e.Fixed.Flags)));
        Assert.Equal(0, aio.Poll(new byte[64]));
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("SUBMIT-8", "DESTROY-1", "RING-6")]
    public void Polls_against_edges_cancel_and_destroy(uint kind)
    {
        using var kernel = Harness.NewKernel();
        for (var seed = 0; seed < 40; seed++)
        {
            using var aio = Harness.Context(nrReqs: 64, flags: kind, kernel: kernel);
            using var pipe = new Pipe();
            var random = new Random(seed);
            var fd = pipe.ReadEnd;
            aio.Submit([.. Enumerable.Range(0, 40).Select(i => Poll(fd, Libc.POLLIN, (ulong)i, (ushort)(i % 3)))]);
            var writer = new Thread(() =>
            {
                for (var i = 0; i < 50; i++)
                {
                    pipe.Put();
                }
            });
            var finals = new int[40];
            var after = 0;
            var reaper = new Thread(() =>
            {
                var buffer = stackalloc byte[240];
                long got;
                while ((got = aio.Kernel.GetEvents(aio.Ctx, buffer, 240, 24, null, 0)) >= 0)
                {
                    foreach (var e in Event.Split(new ReadOnlySpan<byte>(buffer, (int)got)))
                    {
                        after += finals[e.UserData] != 0 && (e.Fixed.Flags & Aio2EventFlags.Level) == 0 ? 1 : 0;
                        finals[e.UserData] += e.Fixed.Flags == 0 ? 1 : 0;
                    }
                }
            });
            writer.Start();
            reaper.Start();
            for (var i = random.Next(40); i < 40; i++)
            {
                _ = aio.Kernel.Cancel(aio.Ctx, (ulong)i, 0);
            }

            Assert.Equal(0, aio.Destroy());
            Assert.True(writer.Join(TimeSpan.FromSeconds(Harness.Patience)) && reaper.Join(TimeSpan.FromSeconds(Harness.Patience)), $"seed {seed}");
            Assert.Equal(0, after);
            Assert.All(finals, f => Assert.InRange(f, 0, 1));
        }
    }

    private static long MoreOnList(Harness aio) => Look(aio, m => m.OnList);

    private static long MoreIsTaken(Harness aio) => Look(aio, m => m.IsTaken ? 1 : 0);

    private static long Noted(Harness aio) => Look(aio, m => m.Noted);

    private static bool FinalWaits(Harness aio) => Look(aio, m => m.FinalWaits ? 1 : 0) != 0;

    private static long Look(Harness aio, Func<(long OnList, bool IsTaken, long Noted, bool FinalWaits), long> what) =>
        what(aio.Kernel.LookAtMulti(aio.Ctx));
}
