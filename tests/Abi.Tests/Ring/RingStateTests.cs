using System.Runtime.InteropServices;
using AioV2.Abi.Ring;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Ring;

/// <summary>Counters, flags and hints; and memory that makes no sense, place by place.</summary>
public sealed unsafe class RingStateTests
{
    [Fact, Requirement("RING-7", "RING-11")]
    public void Overflow_counts_events_and_episodes_and_a_new_ring_counts_on()
    {
        using var memory = new RingMemory();
        using var next = new RingMemory();
        RingProducer producer = memory.Producer();
        producer.RaiseOverflow(3);
        producer.RaiseOverflow();
        Assert.Equal((4ul, 1ul, Aio2RingFlags.Overflow), (memory.Header->OverflowEvents, memory.Header->OverflowEpisodes, memory.Header->Flags));
        producer.SetFlags(Aio2RingFlags.Moved);
        producer.ClearOverflow();
        Assert.Equal((Aio2RingFlags.Moved, Aio2RingFlags.Moved), (memory.Header->Flags, producer.Flags));
        producer.RaiseOverflow();

        RingProducer newer = next.Producer();
        newer.CountOn(producer);
        Assert.Equal((5ul, 2ul), (producer.OverflowEvents, producer.OverflowEpisodes));
        Assert.Equal((5ul, 2ul), (next.Header->OverflowEvents, next.Header->OverflowEpisodes));
        newer.RaiseOverflow();
        Assert.Equal((6ul, 3ul), (newer.OverflowEvents, newer.OverflowEpisodes));
    }

    [Fact, Requirement("RING-8")]
    public void A_flag_that_is_not_up_is_not_stored_again()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();

        // What stands there is the other side's scribble: a store would take it away.
        memory.Header->Flags = Aio2RingFlags.Dead;
        producer.ClearOverflow();
        Assert.Equal(Aio2RingFlags.Dead, memory.Header->Flags);
    }

    [Fact, Requirement("RING-10")]
    public void The_hints_are_read_from_the_user_line()
    {
        using var memory = new RingMemory();
        memory.User->UserFlags = Aio2User.EventfdOff | 0x80;
        Assert.Equal(Aio2User.EventfdOff | 0x80, memory.Producer().LoadUserFlags());
    }

    [Fact, Requirement("RING-3", "RING-7")]
    public void A_run_is_reserved_up_to_the_rings_end_goes_on_behind_a_pad_and_stops_at_the_head()
    {
        using var memory = new RingMemory(maxEventBytes: 64);
        RingProducer producer = memory.Producer();
        uint fit = producer.RingBytes / 24, tail = producer.RingBytes % 24;
        Assert.NotEqual(0u, tail);
        Assert.Equal(7, producer.ReserveRun(24, 7, out byte* first));
        Assert.Equal((int)fit - 7, producer.ReserveRun(24, 10_000, out byte* second));
        Assert.Equal(7 * 24, second - first);
        Assert.Equal(0, producer.ReserveRun(24, 1, out _));
        Assert.Equal((ulong)fit * 24, memory.Header->Tail);

        // Two were taken: the PAD and one record find room together, the next one does not.
        memory.User->Head = 48;
        Assert.Equal(1, producer.ReserveRun(24, 10_000, out byte* third));
        Assert.True(third == first);
        producer.Publish();
        Assert.Equal(producer.RingBytes + 24, memory.Header->Tail);
        Assert.Equal(Aio2EventFlags.Pad, *(ushort*)(first + (fit * 24) + IoEvent2.At.Flags));
        Assert.Equal((48 - 24) / 24, producer.ReserveRun(24, 10_000, out _));
        Assert.Equal(0, producer.ReserveRun(24, 1, out _));

        producer.MarkCorrupt();
        memory.User->Head = memory.Header->Tail;
        Assert.Equal(0, producer.ReserveRun(24, 1, out _));
    }

    [Fact, Requirement("RING-9")]
    public void A_record_without_room_gets_no_place_and_what_was_staged_is_published()
    {
        using var memory = new RingMemory(maxEventBytes: 64);
        RingProducer producer = memory.Producer();
        Assert.True(producer.TryStage(TestRecord.Make(1, 64)));
        Assert.Equal(0ul, memory.Header->Tail);

        producer.Publish();
        for (ulong i = 1; i < 63; i++)
        {
            Assert.True(producer.TryStage(TestRecord.Make(i, 64)));
        }

        Assert.True(producer.TryReserve(40, out _));
        Assert.False(producer.TryReserve(64, out byte* place));
        Assert.True(place == null);
        Assert.Equal(63ul * 64 + 40, memory.Header->Tail);
    }

    [Fact, Requirement("RING-5")]
    public void A_head_moved_back_behind_what_this_side_took_is_invalid()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        for (ulong i = 0; i < 4; i++)
        {
            Assert.True(producer.TryWrite(TestRecord.Make(i, 24)));
        }

        Assert.Equal(RingStatus.Event, producer.Collect(48, out RingClaim claim));
        Assert.Equal((0ul, 48ul, 48, true), (claim.Head, claim.Next, claim.Bytes, claim.NextDoesNotFit));
        Assert.True(producer.TryTake(claim));
        Assert.Equal(48ul, memory.User->Head);

        // No head was observed since: 24 would be valid, were it not for what was taken.
        memory.User->Head = 24;
        Assert.False(producer.Observe());
        Assert.True(producer.IsCorrupt);
    }

    [Fact, Requirement("RING-5")]
    public void A_claim_that_came_second_does_not_lower_what_was_taken()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        Assert.True(producer.TryWrite(TestRecord.Make(1, 24)) && producer.TryWrite(TestRecord.Make(2, 24)));
        Assert.Equal(RingStatus.Event, producer.Collect(24, out RingClaim first));
        Assert.True(producer.TryTake(first));
        Assert.False(producer.TryTake(first));
        Assert.Equal(RingStatus.Event, producer.Collect(24, out RingClaim second));
        Assert.True(producer.TryTake(second));

        // The other side puts head back: the first claim would succeed again, and must not make its place valid.
        memory.User->Head = 0;
        Assert.True(producer.TryTake(first));
        Assert.False(producer.Observe());
    }

    [Theory, Requirement("RING-3", "RING-5")]
    [InlineData(96u, 24u, RingStatus.Event)]
    [InlineData(88u, 24u, RingStatus.Corrupt)]
    [InlineData(104u, 24u, RingStatus.Corrupt)]
    [InlineData(96u, 0u, RingStatus.Corrupt)]
    [InlineData(96u, 28u, RingStatus.Corrupt)]
    [InlineData(96u, 1008u, RingStatus.Corrupt)]
    public void A_pad_goes_to_the_end_exactly_and_a_sound_record_stands_behind_it(uint pad, uint record, RingStatus expected)
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper(single: true);
        var buffer = new byte[4096];
        for (ulong i = 0; i < 4; i++)
        {
            Assert.True(producer.TryWrite(TestRecord.Make(i, 1000)));
        }

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(RingStatus.Event, reaper.TryRead(buffer, out _));
        }

        Assert.True(producer.TryWrite(TestRecord.Make(4, 1000)));
        MemoryMarshal.Write(memory.Data[4000..], pad);
        MemoryMarshal.Write(memory.Data, record);

        Assert.Equal(expected, reaper.TryPeek(out ReadOnlySpan<byte> place));
        Assert.Equal(expected == RingStatus.Event ? (int)record : 0, place.Length);
        using (RingPeek peek = reaper.PeekAll())
        {
            Assert.Equal(RingStatus.Event, peek.Status);
            Assert.Equal(expected == RingStatus.Event, peek.TryNext(out place));
            Assert.Equal(expected, peek.Status);
        }

        memory.User->Head = 4000;
        Assert.Equal(expected, reaper.TryRead(buffer, out int bytes));
        Assert.Equal(expected == RingStatus.Event ? (int)record : 0, bytes);
    }

    [Fact, Requirement("RING-3", "RING-5")]
    public void A_pad_is_never_published_alone_nor_behind_another()
    {
        using var memory = new RingMemory();
        RingReaper reaper = memory.Reaper();
        uint[] alone = [4096, Aio2EventFlags.Pad];
        MemoryMarshal.AsBytes<uint>(alone).CopyTo(memory.Data);
        memory.Header->Tail = 4096;
        Assert.Equal(RingStatus.Corrupt, reaper.TryRead(new byte[64], out int bytes));
        Assert.Equal(0, bytes);

        using var second = new RingMemory(start: 4072);
        uint[] pad = [24, Aio2EventFlags.Pad];
        MemoryMarshal.AsBytes<uint>(pad).CopyTo(second.Data[4072..]);
        MemoryMarshal.AsBytes<uint>(pad).CopyTo(second.Data);
        second.Header->Tail = 4096 + 24;
        Assert.Equal(RingStatus.Corrupt, second.Reaper().TryRead(new byte[64], out _));
    }

    [Theory, Requirement("RING-4", "RING-5")]
    [InlineData(24ul, 0ul)]
    [InlineData(0ul, 4104ul)]
    [InlineData(0ul, 4097ul)]
    public void A_head_beyond_tail_or_more_than_a_ring_behind_it_is_corrupt(ulong head, ulong tail)
    {
        using var memory = new RingMemory();
        RingReaper reaper = memory.Reaper(single: true);
        memory.User->Head = head;
        memory.Header->Tail = tail;

        Assert.Equal(RingStatus.Corrupt, reaper.Test());
        Assert.Equal(RingStatus.Corrupt, reaper.ReadBatch(new byte[64], out int bytes));
        Assert.Equal(0, bytes);
        using RingPeek peek = reaper.PeekAll();
        Assert.Equal(RingStatus.Corrupt, peek.Status);
        Assert.False(peek.TryNext(out _));
    }

    [Fact, Requirement("RING-4", "RING-5")]
    public void A_head_moved_back_behind_the_tail_that_was_seen_is_corrupt()
    {
        using var memory = new RingMemory(start: 8192);
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper();
        Assert.True(producer.TryWrite(TestRecord.Make(1, 24)));
        Assert.Equal(RingStatus.Event, reaper.Test());
        memory.User->Head = 8192 + 24 - 4097;

        Assert.Equal(RingStatus.Corrupt, reaper.Test());
    }

    [Fact, Requirement("RING-5")]
    public void What_was_staged_is_published_before_a_ring_is_marked_corrupt()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        Assert.True(producer.TryStage(TestRecord.Make(1, 24)));
        producer.MarkCorrupt();

        Assert.Equal((24ul, Aio2RingFlags.Corrupt), (memory.Header->Tail, memory.Header->Flags));
    }

    [Fact, Requirement("RING-2", "RING-3")]
    public void A_record_that_ends_with_the_ring_needs_no_pad_when_its_room_is_found_late()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper();
        var buffer = new byte[8192];
        Fill(4064, 1016);
        Assert.Equal(RingStatus.Event, reaper.ReadBatch(buffer, out _));

        // Seen now: by this head 32 bytes are too few at 8128, where 64 lead to the ring's end.
        Assert.True(producer.Observe());
        Fill(32, 32);
        Fill(4032, 1008);
        Assert.Equal(8128ul, producer.Tail);
        while (reaper.ReadBatch(buffer, out _) == RingStatus.Event)
        {
        }

        Assert.True(producer.TryWrite(TestRecord.Make(9, 64)));
        Assert.Equal(8192ul, memory.Header->Tail);

        void Fill(int bytes, int each)
        {
            for (int i = 0; i < bytes / each; i++)
            {
                Assert.True(producer.TryWrite(TestRecord.Make((ulong)i, each)));
            }
        }
    }

    [Fact, Requirement("RING-4")]
    public void What_was_not_looked_at_is_not_given_back()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper(single: true);
        Assert.True(producer.TryWrite(TestRecord.Make(1, 24)) && producer.TryWrite(TestRecord.Make(2, 24)));
        using (RingPeek peek = reaper.PeekAll())
        {
            // The call moves head meanwhile: a peek that saw nothing must not put it back.
            memory.User->Head = 24;
        }

        Assert.Equal(24ul, memory.User->Head);
    }
}
