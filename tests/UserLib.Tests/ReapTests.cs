using System.Collections.Concurrent;
using AioV2.Abi;
using AioV2.Tests;
using AioV2.UserLib.Returns;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.UserLib.Tests;

public sealed class ReapTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact, Requirement("RING-8", "SETUP-7")]
    public void Events_in_the_ring_and_an_empty_ring_need_no_call()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel, new AioContextOptions { EventFd = true });
        using var batch = Nops(50);
        Assert.Equal(50, context.Submit(batch));
        for (var left = 50; left > 0;)
        {
            Assert.True(context.WaitForEvents(Patience));
            while (context.TryReap(out _))
            {
                left--;
            }
        }

        Assert.False(context.TryReap(out _));
        Assert.Equal(0, kernel.GetEventsCalls);
    }

    [Fact, Requirement("RING-7", "RING-8", "RING-9")]
    public void An_overflow_makes_the_reaper_call_and_nothing_is_lost()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel, new AioContextOptions { RingBytes = 4096, RequestSlots = 500, EventFd = true });
        using var batch = Nops(500);
        Assert.Equal(500, context.Submit(batch));
        var listed = (ulong)(500 - 4096 / IoEvent2.SizeOf);
        while (context.RingState!.Value.OverflowEvents < listed)
        {
            Assert.True(context.EventFd.Wait(Patience));
            context.EventFd.Clear();
        }

        var seen = new HashSet<ulong>();
        while (context.TryReap(out var completion))
        {
            Assert.True(seen.Add(completion.UserData));
        }

        Assert.Equal(500, seen.Count);
        Assert.True(kernel.GetEventsCalls > 0);
        Assert.Equal(0u, context.RingState!.Value.Flags);
        Assert.Equal(1ul, context.RingState!.Value.OverflowEpisodes);
    }

    [Fact, Requirement("RING-6", "RING-9", "GET-5")]
    public void Any_mix_of_submitting_and_reaping_gives_each_event_once()
    {
        var cases = (from shared in Gen.Elements(true, false)
                     from slots in Gen.Choose(1, 40)
                     from steps in Gen.Choose(-20, 30).ArrayOf(12)
                     select (shared, slots, steps)).ToArbitrary();
        Prop.ForAll(cases, c =>
        {
            using var kernel = new WatchedKernel();
            using var context = AioContext.Open(kernel, new AioContextOptions { SharedRing = c.shared, RequestSlots = c.slots, RingBytes = 4096 });
            using var batch = new AioBatch();
            ulong next = 0;
            var submitted = 0;
            var seen = new HashSet<ulong>();
            foreach (var step in c.steps)
            {
                for (var n = 0; n < step; n++)
                {
                    batch.Nop(next++, AioAttributes.None.WithTiming());
                }

                submitted += context.Submit(batch);
                for (var n = 0; n > step && seen.Count < submitted; n--)
                {
                    Assert.True(context.Reap(out var completion, Patience));
                    Assert.True(seen.Add(completion.UserData));
                }
            }

            while (seen.Count < (int)next)
            {
                submitted += context.Submit(batch);
                Assert.True(context.Reap(out var completion, Patience));
                Assert.True(seen.Add(completion.UserData));
            }

            Assert.False(context.TryReap(out _));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Theory, Requirement("GET-5")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Several_reapers_share_the_events(bool sharedRing)
    {
        const int total = 20_000;
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel, new AioContextOptions { SharedRing = sharedRing, RingBytes = 4096 });
        var seen = new ConcurrentDictionary<ulong, bool>();
        var reapers = Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(() =>
        {
            while (seen.Count < total)
            {
                if (context.Reap(out var completion, TimeSpan.FromMilliseconds(20)))
                {
                    Assert.True(seen.TryAdd(completion.UserData, true));
                }
            }
        }, TaskCreationOptions.LongRunning)).ToArray();

        using var batch = new AioBatch();
        for (ulong next = 0; next < total || batch.Count > 0;)
        {
            for (; batch.Count < 100 && next < total; next++)
            {
                batch.Nop(next);
            }

            if (context.Submit(batch) == 0)
            {
                Thread.Yield();
            }
        }

        await Task.WhenAll(reapers).WaitAsync(Patience);
        Assert.Equal(total, seen.Count);
    }

    [Fact, Requirement("GET-3")]
    public void A_buffer_too_small_says_which_size_fits_and_the_event_stays()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel);
        using var batch = new AioBatch();
        batch.Nop(7, AioAttributes.None.WithTiming());
        context.Submit(batch);

        var error = Assert.Throws<Aio2Exception>(() => { context.GetEvents(new byte[24], timeout: Patience); });
        Assert.Equal(Errno.EMSGSIZE, error.Errno);
        Assert.Contains("MaxEventBytes", error.Message, StringComparison.Ordinal);
        Assert.True(context.Reap(out var completion, Patience));
        Assert.Equal(7ul, completion.UserData);
    }

    [Fact, Requirement("GET-2")]
    public void Reaping_with_a_timeout_ends_without_an_event()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel, new AioContextOptions { EventFd = true });
        Assert.False(context.Reap(out _, TimeSpan.Zero));
        Assert.False(context.Reap(out _, TimeSpan.FromMilliseconds(5)));
        Assert.False(context.WaitForEvents(TimeSpan.FromMilliseconds(5)));
        Assert.False(context.GetEvents(new byte[64], timeout: TimeSpan.FromMilliseconds(5)).MoveNext());
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Reap(out _, TimeSpan.FromSeconds(-1)));
    }

    [Fact, Requirement("ATTR-2")]
    public unsafe void Returns_larger_than_a_completion_holds_are_kept_whole()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel);
        using var file = new TestFile(4096);
        using var buffer = new AioBuffer(4096);
        using var batch = new AioBatch();
        var attributes = AioAttributes.None.WithTiming().WithCache().WithChecksum().WithTraceId(1, 2).With(0x8001, [1]);
        Assert.True(attributes.ReturnBytes > Completion.InlineReturnBytes);
        batch.Read(file.Fd, buffer.Address, 4096, 0, userData: 1, attributes);
        context.Submit(batch);

        Assert.True(context.Reap(out var completion, Patience));
        Assert.Equal(4096, completion.Bytes);
        Assert.Equal(attributes.ReturnBytes, completion.ReturnBytes.Length);
        Assert.Equal(new TraceIdReturn(1, 2), completion.Get<TraceIdReturn>());
        Assert.Equal(-Errno.EOPNOTSUPP, completion.StatusOf(0x8001));
        Assert.Null(completion.StatusOf(0x8002));
        Assert.False(completion.TryGet<RetryReturn>(out _));
        Assert.Throws<Aio2Exception>(() => completion.Get<RetryReturn>());
    }

    private static AioBatch Nops(int count)
    {
        var batch = new AioBatch();
        for (var n = 0; n < count; n++)
        {
            batch.Nop((ulong)n);
        }

        return batch;
    }
}
