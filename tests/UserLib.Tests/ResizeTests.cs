using System.Collections.Concurrent;
using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.UserLib.Tests;

/// <summary>A context whose ring moves (RING-11).</summary>
public sealed class ResizeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact, Requirement("RING-11")]
    public void A_move_loses_nothing_keeps_the_order_and_afterwards_the_ring_needs_no_call()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel, new AioContextOptions { RingBytes = 4096, RequestSlots = 500 });
        using var batch = new AioBatch();
        Nops(context, batch, 0, 300);

        Assert.True(context.TryResize(16384));
        Assert.False(context.TryResize(16384), "the old ring holds events");
        Nops(context, batch, 300, 20);

        Assert.Equal((16384, 4096), (context.RingBytes, context.MaxEventBytes));
        Assert.Equal(Enumerable.Range(0, 320).Select(n => (ulong)n), Reap(context));
        var calls = kernel.GetEventsCalls;
        Nops(context, batch, 320, 500);
        Assert.Equal(Enumerable.Range(320, 500).Select(n => (ulong)n), Reap(context));
        Assert.Equal(calls, kernel.GetEventsCalls);
        Assert.True(context.TryResize(0));
        Assert.Equal((int)Aio2.RingBytesDefault, context.RingBytes);
    }

    [Fact, Requirement("RING-11", "RING-8")]
    public unsafe void A_ring_that_others_have_moved_is_followed_and_released()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel, new AioContextOptions { RingBytes = 4096, RequestSlots = 500 });
        using var batch = new AioBatch();
        Nops(context, batch, 0, 2);
        var info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf, RingBytes = 8192 };
        Assert.Equal(0, kernel.RingCtl(context.Id, Aio2Ctl.Resize, (ulong)&info));
        Nops(context, batch, 2, 3);

        Assert.Equal(Enumerable.Range(0, 5).Select(n => (ulong)n), Reap(context));

        Assert.Equal(8192, context.RingBytes);
        Assert.Equal(-Errno.EINVAL, kernel.RingCtl(context.Id, Aio2Ctl.Release, 0));
        var calls = kernel.GetEventsCalls;
        Nops(context, batch, 5, 100);
        Assert.Equal(100, Reap(context).Count);
        Assert.Equal(calls, kernel.GetEventsCalls);
    }

    [Fact, Requirement("RING-11", "SETUP-7")]
    public void A_private_ring_cannot_be_moved()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel, new AioContextOptions { SharedRing = false });

        Assert.Equal(Errno.EINVAL, Assert.Throws<Aio2Exception>(() => context.TryResize(8192)).Errno);
    }

    [Fact, Requirement("RING-11", "GET-5")]
    public async Task Several_reapers_share_the_events_of_a_ring_that_moves()
    {
        const int total = 20_000;
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel, new AioContextOptions { RingBytes = 4096 });
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
        var moves = 0;
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

            moves += context.TryResize(4096 << (moves % 3)) ? 1 : 0;
        }

        await Task.WhenAll(reapers).WaitAsync(Patience);
        Assert.Equal(total, seen.Count);
        Assert.True(moves > 0);
    }

    private static void Nops(AioContext context, AioBatch batch, int first, int count)
    {
        for (var n = first; n < first + count; n++)
        {
            batch.Nop((ulong)n);
        }

        Assert.Equal(count, context.Submit(batch));
    }

    private static List<ulong> Reap(AioContext context)
    {
        var seen = new List<ulong>();
        while (context.TryReap(out var completion))
        {
            seen.Add(completion.UserData);
        }

        return seen;
    }
}
