using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Tests.Engines;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>io_cancel2 (CANCEL-1, CANCEL-2), on every engine.</summary>
public sealed unsafe class CancelTests
{
    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    [Theory, MemberData(nameof(Engines)), Requirement("CANCEL-1")]
    public void The_oldest_match_is_cancelled_and_gives_its_one_event(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var pipe = new Pipe();
        var aio = bench.Aio;
        var data = aio.Memory(64);
        Assert.Equal(3 * Iocb2.SizeOf, aio.Submit(
            Harness.Read(pipe.ReadEnd, data, 1, -1, 7), Harness.Read(pipe.ReadEnd, data + 1, 2, -1, 7), Harness.Read(pipe.ReadEnd, data, 1, -1, 8)));

        Assert.Equal(1, aio.Kernel.Cancel(aio.Ctx, 7, 0));

        var e = aio.ReapOne();
        Assert.Equal((7ul, -(long)Errno.ECANCELED), (e.UserData, e.Res));

        // The one that is left with that user_data is the younger: it would read two bytes.
        pipe.Put(3);
        Assert.Equal([(7ul, 2L), (8ul, 1L)], aio.Reap(2).Select(x => (x.UserData, x.Res)).Order());
        Assert.Equal(-Errno.ENOENT, aio.Kernel.Cancel(aio.Ctx, 7, 0));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("CANCEL-1")]
    public void All_matches_are_counted_and_each_gives_one_event(EngineUnderTest engine)
    {
        // More than a walk looks at in one hold of the lock.
        const int Requests = 700;
        using var bench = new EngineBench(engine, nrReqs: Requests);
        using var pipe = new Pipe();
        var aio = bench.Aio;
        var data = aio.Memory(64);
        var run = Enumerable.Range(0, Requests).Select(i => Harness.Read(pipe.ReadEnd, data, 1, -1, (ulong)(i % 7 == 0 ? 1 : 2))).ToArray();
        Assert.Equal(Requests * Iocb2.SizeOf, aio.Submit(run));

        Assert.Equal(Requests / 7, aio.Kernel.Cancel(aio.Ctx, 1, Aio2Cancel.All));
        Assert.All(aio.Reap(Requests / 7), e => Assert.Equal((1ul, -(long)Errno.ECANCELED), (e.UserData, e.Res)));
        Assert.Equal(-Errno.ENOENT, aio.Kernel.Cancel(aio.Ctx, 1, Aio2Cancel.All));
        Assert.Equal(Requests - (Requests / 7), aio.Kernel.Cancel(aio.Ctx, 2, Aio2Cancel.All));
        Assert.All(aio.Reap(Requests - (Requests / 7)), e => Assert.Equal((2ul, -(long)Errno.ECANCELED), (e.UserData, e.Res)));
        Assert.Equal(0, aio.Poll(new byte[4096]));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("CANCEL-1")]
    public void By_descriptor_the_number_used_at_submit_counts(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using Pipe one = new(), other = new();
        var aio = bench.Aio;
        var data = aio.Memory(64);
        aio.Submit(Harness.Read(one.ReadEnd, data, 1, -1, 1), Harness.Read(other.ReadEnd, data, 1, -1, 2));
        var number = one.ReadEnd;
        one.CloseRead();

        Assert.Equal(1, aio.Kernel.Cancel(aio.Ctx, (ulong)number, Aio2Cancel.Fd));
        Assert.Equal(1ul, aio.ReapOne().UserData);

        // Numbers are no user_data, and what no descriptor can be matches nothing.
        Assert.Equal(-Errno.ENOENT, aio.Kernel.Cancel(aio.Ctx, 2, Aio2Cancel.Fd | Aio2Cancel.All));
        Assert.Equal(-Errno.ENOENT, aio.Kernel.Cancel(aio.Ctx, (1ul << 32) | (uint)other.ReadEnd, Aio2Cancel.Fd));
        Assert.Equal(-Errno.EINVAL, aio.Kernel.Cancel(aio.Ctx, 2, 4));
        Assert.Equal(-Errno.ENXIO, aio.Kernel.Cancel(aio.Ctx + 1000, 2, 4));
    }

    [Fact, Requirement("CANCEL-1")]
    public void What_is_decided_no_longer_matches()
    {
        // A private ring: the event waits on the list, and its request is still outstanding.
        using var aio = Harness.Context(flags: 0);
        aio.Submit(Harness.Nop(5));
        Assert.Equal(-Errno.ENOENT, aio.Kernel.Cancel(aio.Ctx, 5, 0));
        Assert.Equal(0, aio.ReapOne().Res);
    }

    [Theory, InlineData(EngineUnderTest.Threads), InlineData(EngineUnderTest.IoUring), Requirement("CANCEL-1", "CANCEL-2")]
    public void A_write_that_was_begun_cannot_be_stopped_and_says_so(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile();
        using var page = new StalledPage();
        var aio = bench.Aio;
        aio.Submit(Harness.Write(file.Fd, page.Address, 4096, 0, 5));

        // Queued it could be stopped, so the first look that finds it begun is waited for.
        var head = default(Aio2Request);
        for (var bound = 0; head.State != Aio2RequestState.Running || head.Flags != 0; head = First(aio))
        {
            Assert.True(++bound < 1_000_000, "the write was never begun");
            Thread.Yield();
        }

        Assert.Equal(-Errno.EALREADY, aio.Kernel.Cancel(aio.Ctx, 5, 0));
        Assert.Equal(-Errno.EALREADY, aio.Kernel.Cancel(aio.Ctx, (ulong)file.Fd, Aio2Cancel.All | Aio2Cancel.Fd));
        page.LetGo();
        Assert.Equal(4096, aio.ReapOne().Res);
        Assert.Equal(-Errno.ENOENT, aio.Kernel.Cancel(aio.Ctx, 5, 0));
    }

    private static Aio2Request First(Harness aio)
    {
        var buffer = stackalloc byte[128];
        ulong cursor = 0;
        var got = aio.Kernel.List(aio.Ctx, &cursor, buffer, 128);
        Assert.True(got > 0);
        return *(Aio2Request*)buffer;
    }

    [Theory, MemberData(nameof(Engines)), Requirement("CANCEL-1", "RING-6")]
    public void Cancel_against_completion_gives_one_event_and_loses_no_byte(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine, nrReqs: 128);
        using var pipe = new Pipe();
        var aio = bench.Aio;
        var data = aio.Memory(64);
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var count = 1 + random.Next(40);
            var bytes = random.Next(count + 1);
            Assert.Equal(count * Iocb2.SizeOf, aio.Submit([.. Enumerable.Range(0, count).Select(i => Harness.Read(pipe.ReadEnd, data, 1, -1, (ulong)i))]));
            long told = 0;
            var canceller = new Thread(() =>
            {
                Thread.SpinWait(random.Next(3000));
                for (var i = 0; i < count; i++)
                {
                    told += Math.Max(0, aio.Kernel.Cancel(aio.Ctx, (ulong)i, 0));
                }
            });
            canceller.Start();
            if (bytes != 0)
            {
                pipe.Put(bytes);
            }

            Assert.True(canceller.Join(TimeSpan.FromSeconds(Harness.Patience)), $"seed {seed}");
            var events = aio.Reap(count);
            Assert.Equal(count, events.Select(e => e.UserData).Distinct().Count());
            Assert.All(events, e => Assert.True(e.Res is 1 or -Errno.ECANCELED, $"seed {seed}: {e.Res}"));
            var cancelled = events.Count(e => e.Res < 0);
            Assert.True(cancelled <= told, $"seed {seed}: {cancelled} ended as cancelled, {told} were told");

            // What no request took is still in the pipe.
            var left = bytes - (count - cancelled);
            Assert.True(left >= 0, $"seed {seed}");
            for (; left > 0; left--)
            {
                Assert.Equal(1, Libc.Read(pipe.ReadEnd, data, 1));
            }
        }
    }
}
