using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>Deferred completion: what is its own, beside the laws of every engine.</summary>
public sealed unsafe class DeferredTests
{
    [Theory, Requirement("SETUP-12")]
    [InlineData(Aio2Setup.UserReap)]
    [InlineData(Aio2Setup.Eventfd)]
    public void Deferring_with_something_to_sleep_on_is_refused(uint flag)
    {
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.IoUring });
        var counter = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        var parameters = new Aio2Params { Eventfd = flag == Aio2Setup.Eventfd ? counter : 0 };
        Assert.Equal(-Errno.EINVAL, kernel.Setup(Aio2.Version, Aio2Setup.Defer | flag, &parameters, (nuint)sizeof(Aio2Params)));
        Assert.Equal(0, kernel.Setup(Aio2.Version, flag | Aio2Setup.Probe, &parameters, (nuint)sizeof(Aio2Params)));
        Assert.NotEqual(0ul, parameters.Features & Aio2Feat.Defer);
        _ = Libc.Close(counter);
    }

    [Fact, Requirement("SETUP-12")]
    public void A_waiter_that_was_there_before_any_submit_runs_the_completions()
    {
        using var bench = new EngineBench(EngineUnderTest.Deferred);
        using var pipe = new Pipe();
        Event? got = null;
        var waiter = new Thread(() => got = bench.Aio.ReapOne());
        waiter.Start();
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(pipe.ReadEnd, bench.Aio.Memory(64), 64, -1, 5)));
        pipe.Put(7);
        Assert.True(waiter.Join(TimeSpan.FromSeconds(Harness.Patience)));
        Assert.Equal((5ul, 7L), (got!.UserData, got.Res));
    }

    [Fact, Requirement("GET-5")]
    public void Several_waiters_each_get_their_events_and_none_comes_twice()
    {
        const int Waiters = 4, Each = 50;
        using var bench = new EngineBench(EngineUnderTest.Deferred, nrReqs: Waiters * Each);
        using var pipe = new Pipe();
        var got = new List<ulong>[Waiters];
        var threads = new Thread[Waiters];
        for (var i = 0; i < Waiters; i++)
        {
            var mine = i;
            threads[i] = new Thread(() => got[mine] = TakeSome(bench.Aio, Each));
            threads[i].Start();
        }

        var buffer = bench.Aio.Memory(64);
        for (var i = 0; i < Waiters * Each; i++)
        {
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(pipe.ReadEnd, buffer, 1, -1, (ulong)i)));
            pipe.Put();
        }

        Assert.All(threads, t => Assert.True(t.Join(TimeSpan.FromSeconds(Harness.Patience))));
        Assert.Equal(Enumerable.Range(0, Waiters * Each).Select(i => (ulong)i), got.SelectMany(g => g).Order());
    }

    [Fact, Requirement("GET-6")]
    public void Destroy_wakes_the_waiters_and_ends_what_nobody_reaps()
    {
        using var bench = new EngineBench(EngineUnderTest.Deferred);
        using var pipe = new Pipe();
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(pipe.ReadEnd, bench.Aio.Memory(64), 64, -1)));
        var answers = new long[3];
        var threads = answers.Select((_, i) => new Thread(() => answers[i] = WaitOnce(bench.Aio))).ToList();
        threads.ForEach(t => t.Start());
        Assert.Equal(0, bench.Aio.Destroy());
        Assert.All(threads, t => Assert.True(t.Join(TimeSpan.FromSeconds(Harness.Patience))));
        Assert.All(answers, a => Assert.Equal(-Errno.ENXIO, a));
    }

    [Fact, Requirement("GET-2")]
    public void A_timeout_ends_the_wait_of_a_deferred_context()
    {
        using var bench = new EngineBench(EngineUnderTest.Deferred);
        using var pipe = new Pipe();
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(pipe.ReadEnd, bench.Aio.Memory(64), 64, -1)));
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Nsec = 1_000_000 };
        var buffer = stackalloc byte[64];
        Assert.Equal(0, bench.Kernel.GetEvents(bench.Aio.Ctx, buffer, 64, 1, &wait, 0));
        pipe.Put();
        Assert.Equal(1, bench.Aio.ReapOne().Res);
    }

    [Fact, Requirement("SETUP-12")]
    public void More_than_the_ring_of_the_context_holds_still_ends()
    {
        const int Count = 5000;
        using var bench = new EngineBench(EngineUnderTest.Deferred, nrReqs: Count);
        using var pipe = new Pipe();
        var buffer = bench.Aio.Memory(64);
        for (var i = 0; i < Count; i++)
        {
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(pipe.ReadEnd, buffer, 1, -1, (ulong)i)));
        }

        // All complete at once, and the completion queue has room for 4096.
        pipe.Put(Count);
        Assert.Equal(Count, bench.Aio.Reap(Count).Select(e => e.UserData).Distinct().Count());
    }

    private static List<ulong> TakeSome(Harness aio, int count)
    {
        var taken = new List<ulong>();
        while (taken.Count < count)
        {
            taken.AddRange(TakeOne(aio));
        }

        return taken;
    }

    private static List<ulong> TakeOne(Harness aio)
    {
        var buffer = stackalloc byte[IoEvent2.SizeOf];
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = Harness.Patience };
        var bytes = aio.Kernel.GetEvents(aio.Ctx, buffer, IoEvent2.SizeOf, IoEvent2.SizeOf, &wait, 0);
        Assert.Equal(IoEvent2.SizeOf, bytes);
        return [((IoEvent2*)buffer)->UserData];
    }

    private static long WaitOnce(Harness aio)
    {
        var buffer = stackalloc byte[64];
        return aio.Kernel.GetEvents(aio.Ctx, buffer, 64, 1, null, 0);
    }
}
