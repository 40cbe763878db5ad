using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>RESIZE, GET_RING and RELEASE, one step at a time (RING-11).</summary>
public sealed unsafe class ResizeTests
{
    [Fact, Requirement("RING-11")]
    public void Of_an_empty_ring_the_move_ends_at_once_and_positions_and_counters_go_on()
    {
        using var aio = Harness.Context(nrReqs: 1000);
        aio.Submit(Enumerable.Range(0, 300).Select(i => Harness.Nop((ulong)i)).ToArray());
        aio.Reap(300);
        var tail = aio.Header->Tail;

        Assert.Equal(0, aio.Resize(8192, out var ring));

        Assert.Equal(Aio2RingFlags.Moved, aio.Header->Flags);
        Assert.Equal((8192u, 2048u, 1u, 8192ul + ring.DataOffset), (ring.RingBytes, ring.MaxEventBytes, ring.Generation, ring.RingMapBytes));
        var header = ring.Header();
        Assert.Equal((tail, tail, tail, 0u, 1u), (header->Start, header->Tail, ring.User()->Head, header->Flags, header->Generation));
        Assert.Equal((aio.Header->OverflowEvents, aio.Header->OverflowEpisodes), (header->OverflowEvents, header->OverflowEpisodes));
        Assert.Equal((130ul, 1ul, aio.Ctx), (header->OverflowEvents, header->OverflowEpisodes, header->Ctx));

        aio.Submit(Harness.Nop(1000));
        Assert.Equal((tail, tail + 24), (aio.Header->Tail, header->Tail));
        Assert.Equal(1000ul, ring.Reaper().Read(out _));
        Unmap(ring);
    }

    [Fact, Requirement("RING-11", "RING-6", "RING-8")]
    public void No_event_is_moved_and_the_new_ring_says_ask_until_the_old_one_is_seen_empty()
    {
        using var aio = Harness.Context(nrReqs: 1000);
        aio.Submit(Harness.Nop(1), Harness.Nop(2));
        var old = aio.Reaper();

        Assert.Equal(0, aio.Resize(4096, out var ring));
        var reaper = ring.Reaper();
        aio.Submit(Harness.Nop(3));

        Assert.Equal((Aio2RingFlags.Moved, Aio2RingFlags.Overflow), (aio.Header->Flags, ring.Header()->Flags));
        Assert.Equal(ring.Header()->Start, ring.Header()->Tail);
        Assert.Null(reaper.Read(out var status));
        Assert.Equal(RingStatus.EnterKernel, status);
        Assert.Equal([1ul, 2ul], [old.Read(out _)!.Value, old.Read(out _)!.Value]);
        Assert.Null(old.Read(out status));
        Assert.Equal(RingStatus.EnterKernel, status);

        // The call, or a completion, sees the old ring empty.
        Assert.Equal(0, aio.Poll([]));
        Assert.Equal(0u, ring.Header()->Flags);
        Assert.Equal(3ul, reaper.Read(out _));
        Assert.Null(reaper.Read(out status));
        Assert.Equal(RingStatus.Empty, status);
        Unmap(ring);
    }

    [Fact, Requirement("RING-11", "RING-7")]
    public void A_completion_that_finds_the_old_ring_empty_drains_into_the_new_one()
    {
        using var aio = Harness.Context(nrReqs: 1000);
        using var pipe = new Pipe();
        aio.Submit(Harness.Nop(1), Harness.Read(pipe.ReadEnd, aio.Memory(8), 1, -1, 3));
        Assert.Equal(0, aio.Resize(4096, out var ring));
        aio.Submit(Harness.Nop(2));
        Assert.Equal(1ul, aio.Reaper().Read(out _));

        pipe.Put(1);
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = Harness.Patience };
        var buffer = stackalloc byte[64];
        Assert.Equal(48, aio.Kernel.GetEvents(aio.Ctx, buffer, 64, 48, &wait, 0));

        Assert.Equal([2ul, 3ul], Event.Split(new ReadOnlySpan<byte>(buffer, 48)).Select(e => e.UserData));
        Assert.Equal(ring.Header()->Tail, ring.User()->Head);
        Assert.Equal(48ul, ring.Header()->Tail - ring.Header()->Start);
        Unmap(ring);
    }

    [Fact, Requirement("RING-11", "GET-1", "GET-5")]
    public void The_call_takes_from_the_old_ring_then_from_the_list_then_from_the_new_ring()
    {
        using var aio = Harness.Context(nrReqs: 1000);
        for (var i = 0; i < 400; i++)
        {
            // 170 fit the old ring, the rest waits on the list.
            aio.Submit(Harness.Nop((ulong)i));
        }

        Assert.Equal(0, aio.Resize(8192, out var ring));
        aio.Submit(Harness.Nop(400));

        var buffer = new byte[401 * 24];
        Assert.Equal(buffer.Length, aio.Poll(buffer, (nuint)buffer.Length));
        Assert.Equal(Enumerable.Range(0, 401).Select(i => (ulong)i), Event.Split(buffer).Select(e => e.UserData));
        Assert.Equal((0u, 0ul), (ring.Header()->Flags, ring.Header()->Tail - ring.User()->Head));
        Unmap(ring);
    }

    [Fact, Requirement("RING-11")]
    public void Busy_until_the_old_ring_is_empty_and_released()
    {
        using var aio = Harness.Context();
        Assert.Equal(-Errno.EINVAL, aio.Release());
        aio.Submit(Harness.Nop(1));
        Assert.Equal(0, aio.Resize(4096, out var first));

        Assert.Equal(-Errno.EBUSY, aio.Release());
        Assert.Equal(-Errno.EBUSY, aio.Resize(4096, out _));
        aio.ReapOne();
        Assert.Equal(-Errno.EBUSY, aio.Resize(4096, out _));
        Assert.Equal(0, aio.Release());
        Assert.Equal(-Errno.EINVAL, aio.Release());

        Assert.Equal(0, aio.Resize(16384, out var second));
        Assert.Equal(2u, second.Generation);
        var told = aio.GetRing();
        Assert.Equal((2u, second.RingAddr, second.RingMapBytes, 16384u, 4096u), (told.Generation, told.RingAddr, told.RingMapBytes, told.RingBytes, told.MaxEventBytes));

        // The user's views of the old rings are still there, with MOVED.
        Assert.Equal((Aio2RingFlags.Moved, Aio2RingFlags.Moved), (aio.Header->Flags, first.Header()->Flags));
        Unmap(first);
        Unmap(second);
    }

    [Fact, Requirement("RING-11", "ATTR-6")]
    public void Busy_while_an_accepted_event_exceeds_the_new_maximum()
    {
        using var aio = Harness.Context(ringBytes: 16384);
        using var pipe = new Pipe();

        // 80 returns of an unknown type, heads only: 1304 bytes, and a ring of 4096 takes 1024.
        var large = Record.Of(Harness.Read(pipe.ReadEnd, aio.Memory(8), 1, -1, 1));
        for (ushort type = 0; type < 80; type++)
        {
            large.Attribute((ushort)(0x8000 + type));
        }

        Assert.Equal(large.Bytes.Length, aio.Submit(large.Bytes));
        Assert.Equal(-Errno.EBUSY, aio.Resize(4096, out _));
        Assert.Equal(0u, aio.Header->Flags & Aio2RingFlags.Moved);

        pipe.Put(1);
        Assert.Equal(24 + (80 * 16), (int)aio.ReapOne().Fixed.Bytes);
        Assert.Equal(0, aio.Resize(4096, out var ring));
        Assert.Equal(-Errno.EMSGSIZE, aio.Submit(large.Bytes));
        Unmap(ring);
    }

    [Fact, Requirement("RING-5", "RING-11")]
    public void A_corrupt_ring_is_replaced_and_what_it_held_counts_as_delivered()
    {
        using var aio = Harness.Context(nrReqs: 1000);
        aio.Submit(Harness.Nop(1), Harness.Nop(2));
        Volatile.Write(ref aio.User->Head, 4);
        Assert.Equal(0, aio.Poll(new byte[64]));
        for (var i = 3; i < 400; i++)
        {
            aio.Submit(Harness.Nop((ulong)i));
        }

        Assert.Equal(Aio2RingFlags.Corrupt, aio.Header->Flags & Aio2RingFlags.Corrupt);
        var tail = aio.Header->Tail;
        Assert.Equal(0, aio.Resize(4096, out var ring));

        // The list goes on in the new ring, which is sound.
        var reaper = ring.Reaper();
        Assert.Equal((tail, Aio2RingFlags.Overflow), (ring.Header()->Start, ring.Header()->Flags));
        Assert.Equal(3ul, reaper.Read(out _));
        Assert.Equal(Enumerable.Range(4, 396).Select(i => (ulong)i), aio.Reap(396).Select(e => e.UserData));
        Assert.Equal(0u, ring.Header()->Flags);
        Assert.Equal(0, aio.Release());
        Unmap(ring);
    }

    [Fact, Requirement("RING-5", "RING-11")]
    public void Nonsense_in_the_old_ring_during_a_move_ends_the_move_and_harms_no_later_event()
    {
        using var aio = Harness.Context();
        aio.Submit(Harness.Nop(1));
        Assert.Equal(0, aio.Resize(4096, out var ring));
        aio.Submit(Harness.Nop(2));
        Volatile.Write(ref aio.User->Head, 1 << 20);

        Assert.Equal(2ul, aio.ReapOne().UserData);

        Assert.Equal(Aio2RingFlags.Moved | Aio2RingFlags.Corrupt, aio.Header->Flags);
        Assert.Equal(0u, ring.Header()->Flags);
        Assert.Equal(0, aio.Release());
        Unmap(ring);
    }

    [Fact, Requirement("RING-11", "DESTROY-1")]
    public void Destroy_during_a_move_marks_both_rings_and_running_reapers_may_finish()
    {
        using var aio = Harness.Context();
        aio.Submit(Harness.Nop(1));
        Assert.Equal(0, aio.Resize(4096, out var ring));
        aio.Submit(Harness.Nop(2));

        Assert.Equal(0, aio.Destroy());

        Assert.Equal(Aio2RingFlags.Moved | Aio2RingFlags.Dead, aio.Header->Flags);
        Assert.Equal(Aio2RingFlags.Dead, ring.Header()->Flags & Aio2RingFlags.Dead);
        Assert.Equal(1ul, aio.Reaper().Read(out _));
        Assert.Equal(-Errno.ENXIO, aio.Release());
        Unmap(ring);
    }

    [Fact, Requirement("RING-11", "RING-3")]
    public void Pads_stand_where_the_new_size_wants_them()
    {
        using var aio = Harness.Context();
        var size = 4096u;
        var maps = new List<Aio2RingInfo>();
        ulong sent = 0, seen = 0;
        for (var round = 0; round < 12; round++)
        {
            for (var i = 0; i < 100 + round; i++)
            {
                var record = i % 3 == 0 ? Record.Nop(sent).Attribute(Aio2AttrType.Timing) : Record.Nop(sent);
                Assert.Equal(record.Bytes.Length, aio.Submit(record.Bytes));
                sent++;
                if (i % 11 == 0)
                {
                    foreach (var e in aio.Reap((int)(sent - seen)))
                    {
                        Assert.Equal(seen++, e.UserData);
                    }
                }
            }

            foreach (var e in aio.Reap((int)(sent - seen)))
            {
                Assert.Equal(seen++, e.UserData);
            }

            size = size == 4096 ? 8192u : 4096u;
            Assert.Equal(0, aio.Resize(size, out var ring));
            Assert.Equal(0, aio.Release());
            maps.Add(ring);
        }

        Assert.Equal(sent, seen);
        maps.ForEach(Unmap);
    }

    [Fact, Requirement("RING-11", "RING-8")]
    public void A_reaper_that_has_missed_a_ring_gets_its_events_by_a_call_with_room()
    {
        using var aio = Harness.Context();
        var first = aio.Reaper();
        Assert.Equal(0, aio.Resize(4096, out var missed));
        Assert.Equal(0, aio.Release());
        aio.Submit(Harness.Nop(1));
        Assert.Equal(0, aio.Resize(4096, out var newest));
        aio.Submit(Harness.Nop(2));

        Assert.Null(first.Read(out _));
        var reaper = aio.GetRing().Reaper();
        Assert.Null(reaper.Read(out var status));
        Assert.Equal(RingStatus.EnterKernel, status);

        // To drain is not enough: what the missed ring holds is in nobody's way but its own.
        Assert.Equal(0, aio.Poll([]));
        Assert.Null(reaper.Read(out status));
        Assert.Equal(RingStatus.EnterKernel, status);
        Assert.Equal([1ul, 2ul], aio.Reap(2).Select(e => e.UserData));
        Assert.Null(reaper.Read(out status));
        Assert.Equal(RingStatus.Empty, status);
        Unmap(missed);
        Unmap(newest);
    }

    private static void Unmap(Aio2RingInfo ring) => Assert.Equal(0, Libc.Munmap((void*)ring.RingAddr, (nuint)ring.RingMapBytes));
}
