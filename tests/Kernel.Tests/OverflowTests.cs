using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>The ring when it is full, the list behind it, and slots (RING-3, RING-5, RING-6, RING-7, RING-9).</summary>
public sealed unsafe class OverflowTests
{
    // 170 plain events and 16 bytes fill a ring of 4096.
    private const int RingFull = 4096 / 24;

    [Fact, Requirement("RING-7", "RING-6")]
    public void Events_beyond_the_ring_wait_on_the_list_and_come_in_order()
    {
        using var aio = Harness.Context(nrReqs: 1000);
        for (var i = 0; i < 400; i++)
        {
            Assert.Equal(48, aio.Submit(Harness.Nop((ulong)i)));
        }

        Assert.Equal(Aio2RingFlags.Overflow, aio.Header->Flags);
        Assert.Equal((400ul - RingFull, 1ul), (aio.Header->OverflowEvents, aio.Header->OverflowEpisodes));

        Assert.Equal(Enumerable.Range(0, 400).Select(i => (ulong)i), aio.Reap(400).Select(e => e.UserData));
        Assert.Equal(0u, aio.Header->Flags);
        Assert.Equal(aio.Header->Tail, aio.User->Head);
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("RING-9")]
    public void Exactly_nr_reqs_are_accepted_and_reaping_frees_slots(uint kind)
    {
        using var aio = Harness.Context(nrReqs: 3, flags: kind);
        using var pipe = new Pipe();
        var data = aio.Memory(8);
        var read = Harness.Read(pipe.ReadEnd, data, 1, -1);

        Assert.Equal(3 * 48, aio.Submit(read, read, read, read));
        Assert.Equal(-Errno.EAGAIN, aio.Submit(Harness.Nop(1)));
        pipe.Put(1);
        aio.ReapOne();
        Assert.Equal(48, aio.Submit(Harness.Nop(9)));
        if (kind == 0)
        {
            // The event of a private ring keeps its slot until it is copied out.
            Assert.Equal(-Errno.EAGAIN, aio.Submit(Harness.Nop(10)));
        }

        Assert.Equal(9ul, aio.ReapOne().UserData);
        Assert.Equal(48, aio.Submit(read));
        pipe.Put(3);
        aio.Reap(3);
    }

    [Fact, Requirement("RING-7", "RING-9")]
    public void A_submit_that_lacks_a_slot_drains_the_list_into_the_ring()
    {
        using var aio = Harness.Context(nrReqs: 1);
        for (var i = 0; i <= RingFull; i++)
        {
            Assert.Equal(48, aio.Submit(Harness.Nop((ulong)i)));
        }

        Assert.Equal(-Errno.EAGAIN, aio.Submit(Harness.Nop(1000)));
        Volatile.Write(ref aio.User->Head, 48);

        Assert.Equal(48, aio.Submit(Harness.Nop(1000)));
        var seen = aio.Reap(RingFull).Select(e => e.UserData).ToList();
        Assert.Equal([2ul, 1000ul], [seen[0], seen[^1]]);
    }

    [Fact, Requirement("RING-7", "RING-8")]
    public void A_completion_inside_submit_drains_the_list_into_the_ring()
    {
        using var aio = Harness.Context(nrReqs: 1000);
        for (var i = 0; i < RingFull + 5; i++)
        {
            aio.Submit(Harness.Nop((ulong)i));
        }

        Volatile.Write(ref aio.User->Head, aio.Header->Tail);
        aio.Submit(Harness.Nop(1000));

        Assert.Equal(0u, aio.Header->Flags);
        var reaper = aio.Reaper();
        Assert.Equal([.. Enumerable.Range(RingFull, 5).Select(i => (ulong)i), 1000ul], Enumerable.Range(0, 6).Select(_ => reaper.Read(out var _)!.Value));
    }

    [Fact, Requirement("RING-3", "RING-2")]
    public void Records_of_many_sizes_cross_the_rings_end_with_pads_that_nobody_is_given()
    {
        using var aio = Harness.Context();
        for (var i = 0; i < 2000; i++)
        {
            var run = i % 3 == 0 ? Record.Nop((ulong)i).Attribute(Aio2AttrType.Timing).Bytes : Record.Nop((ulong)i).Bytes;
            Assert.Equal(run.Length, aio.Submit(run));
            if (i % 7 == 6)
            {
                Assert.Equal(Enumerable.Range(i - 6, 7).Select(n => (ulong)n), aio.Reap(7).Select(e => e.UserData));
            }
        }

        Assert.True(aio.Header->Tail > 10 * 4096);
    }

    [Theory, InlineData(4ul), InlineData(8000ul), InlineData(ulong.MaxValue), Requirement("RING-5")]
    public void An_invalid_head_makes_the_ring_corrupt_and_events_go_on_by_the_call(ulong head)
    {
        using var aio = Harness.Context();
        aio.Submit(Harness.Nop(1));
        Volatile.Write(ref aio.User->Head, head);

        Assert.Equal(0, aio.Poll(new byte[64]));
        Assert.Equal(Aio2RingFlags.Corrupt, aio.Header->Flags & Aio2RingFlags.Corrupt);
        var tail = aio.Header->Tail;
        for (var i = 0; i < 300; i++)
        {
            aio.Submit(Harness.Nop((ulong)i));
            Assert.Equal((ulong)i, aio.ReapOne().UserData);
        }

        Assert.Equal(tail, aio.Header->Tail);
        Assert.Equal(Aio2RingFlags.Corrupt, aio.Header->Flags);
    }

    [Fact, Requirement("RING-5")]
    public void A_head_that_moves_back_is_invalid()
    {
        using var aio = Harness.Context();
        aio.Submit(Harness.Nop(1), Harness.Nop(2));
        aio.Reap(2);

        Volatile.Write(ref aio.User->Head, 24);

        Assert.Equal(0, aio.Poll(new byte[64]));
        Assert.Equal(Aio2RingFlags.Corrupt, aio.Header->Flags);
    }
}
