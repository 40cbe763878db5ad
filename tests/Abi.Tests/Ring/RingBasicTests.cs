using AioV2.Abi.Ring;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Ring;

public sealed unsafe class RingBasicTests
{
    [Fact, Requirement("RING-12")]
    public void What_is_written_is_read_in_order()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper();
        var buffer = new byte[4096];

        Assert.Equal(RingStatus.Empty, reaper.TryRead(buffer, out _));
        Assert.True(producer.TryWrite(TestRecord.Make(1, 24)));
        Assert.True(producer.TryWrite(TestRecord.Make(2, 40)));

        Assert.Equal(RingStatus.Event, reaper.TryRead(buffer, out int bytes));
        Assert.Equal(1ul, TestRecord.SerialOf(buffer.AsSpan(0, bytes)));
        Assert.Equal(RingStatus.Event, reaper.TryRead(buffer, out bytes));
        Assert.Equal(2ul, TestRecord.SerialOf(buffer.AsSpan(0, bytes)));
        Assert.Equal(RingStatus.Empty, reaper.TryRead(buffer, out _));
    }

    [Fact, Requirement("RING-2")]
    public void Every_byte_is_usable_and_full_is_not_empty()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper();
        for (ulong i = 0; i < 128; i++)
        {
            Assert.True(producer.TryWrite(TestRecord.Make(i, 32)));
        }

        Assert.False(producer.TryWrite(TestRecord.Make(128, 32)));
        Assert.Equal(4096ul, memory.Header->Tail - memory.User->Head);
        var buffer = new byte[4096];
        Assert.Equal(RingStatus.Event, reaper.ReadBatch(buffer, out int bytes));
        Assert.Equal(4096, bytes);
        Assert.Equal(128, TestRecord.SerialsOf(buffer).Count);
        Assert.Equal(RingStatus.Empty, reaper.Test());
    }

    [Fact, Requirement("RING-3")]
    public void A_record_that_would_straddle_the_end_is_preceded_by_a_pad_published_and_taken_with_it()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper(single: true);
        var buffer = new byte[4096];
        for (ulong i = 0; i < 4; i++)
        {
            Assert.True(producer.TryWrite(TestRecord.Make(i, 1016)));
        }

        // 4064 of 4096 are used: a record of 40 needs a pad of 32 and room behind it.
        Assert.False(producer.TryWrite(TestRecord.Make(4, 40)));
        Assert.Equal(4064ul, memory.Header->Tail);
        Assert.Equal(RingStatus.Event, reaper.TryRead(buffer, out _));
        Assert.True(producer.TryWrite(TestRecord.Make(4, 40)));
        Assert.Equal(4096ul + 40, memory.Header->Tail);

        for (ulong i = 1; i < 5; i++)
        {
            Assert.Equal(RingStatus.Event, reaper.TryRead(buffer, out int bytes));
            Assert.Equal(i, TestRecord.SerialOf(buffer.AsSpan(0, bytes)));
        }

        Assert.Equal(memory.Header->Tail, memory.User->Head);
    }

    [Fact, Requirement("RING-1")]
    public void A_reader_works_on_read_only_pages_and_writes_only_the_user_line()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        Assert.True(producer.TryWrite(TestRecord.Make(1, 24)));
        Assert.True(producer.TryWrite(TestRecord.Make(2, 24)));
        Assert.True(producer.TryWrite(TestRecord.Make(3, 24)));
        memory.ProtectAsUserView();

        RingReaper reaper = memory.Reaper(single: true);
        var buffer = new byte[24];
        Assert.Equal(RingStatus.Event, reaper.TryRead(buffer, out _));
        Assert.Equal(RingStatus.Event, reaper.TryPeek(out ReadOnlySpan<byte> record));
        Assert.Equal(2ul, TestRecord.SerialOf(record));
        reaper.Advance();
        Assert.Equal(RingStatus.Event, memory.Reaper().ReadBatch(buffer, out _));
        Assert.Equal(3ul, TestRecord.SerialOf(buffer));
        Assert.Equal(RingStatus.Empty, reaper.Test());
    }
}
