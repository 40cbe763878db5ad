using System.Runtime.InteropServices;
using AioV2.Abi.Ring;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Ring;

/// <summary>Walks over many records at once: where they end, and why.</summary>
public sealed unsafe class RingWalkTests
{
    [Fact, Requirement("RING-3")]
    public void Records_of_eight_bytes_are_found_by_every_walk()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper(single: true);
        for (var i = 0; i < 4; i++)
        {
            Assert.True(producer.TryReserve(8, out byte* place));
            *(ulong*)place = 8;
        }

        producer.Publish();
        var buffer = new byte[64];
        Assert.Equal((RingStatus.TooSmall, 0), (reaper.ReadBatch(buffer.AsSpan(0, 7), out int bytes), bytes));
        Assert.Equal((RingStatus.Event, 8), (reaper.TryRead(buffer, out bytes), bytes));
        Assert.Equal((RingStatus.Event, 8), (reaper.ReadBatch(buffer.AsSpan(0, 8), out bytes), bytes));
        RingPeek peek = reaper.PeekAll();
        Assert.True(peek.TryNext(out _) && peek.TryNext(out _) && !peek.TryNext(out _));
        Assert.Equal(RingStatus.Event, peek.Status);
        peek.Dispose();
        Assert.Equal(RingStatus.Empty, reaper.Test());
    }

    [Theory, Requirement("GET-1", "GET-3")]
    [InlineData(0, 0)]
    [InlineData(23, 0)]
    [InlineData(24, 24)]
    [InlineData(47, 24)]
    [InlineData(48, 48)]
    [InlineData(71, 48)]
    public void A_batch_takes_what_fits_whole_and_says_whether_the_next_did_not(int room, int taken)
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        for (var i = 0ul; i < 3; i++)
        {
            Assert.True(producer.TryWrite(TestRecord.Make(i, 24)));
        }

        RingStatus status = producer.Collect(room, out RingClaim claim);
        Assert.Equal((taken == 0 ? RingStatus.TooSmall : RingStatus.Event, taken, true), (status, claim.Bytes, claim.NextDoesNotFit));
        status = memory.Reaper().ReadBatch(new byte[room], out int bytes);
        Assert.Equal((taken == 0 ? RingStatus.TooSmall : RingStatus.Event, taken), (status, bytes));
    }

    /// <summary>Behind a whole record stands what is none: the record can be had, and nothing behind it.</summary>
    [Theory, Requirement("RING-3", "RING-5")]
    [InlineData(16u, Aio2EventFlags.Pad)]
    [InlineData(48u, Aio2EventFlags.Pad)]
    [InlineData(4u, 0u)]
    public void A_batch_ends_before_a_pad_of_the_wrong_size_and_before_nonsense(uint bytes, uint flags)
    {
        using var memory = new RingMemory(start: 4096 - 24 - 32);
        RingProducer producer = memory.Producer();
        Assert.True(producer.TryWrite(TestRecord.Make(1, 24)) && producer.TryWrite(TestRecord.Make(2, 64)));
        uint[] wrong = [bytes, flags];
        MemoryMarshal.AsBytes<uint>(wrong).CopyTo(memory.Data[(4096 - 32)..]);

        Assert.Equal(RingStatus.Event, producer.Collect(24, out RingClaim claim));
        Assert.Equal((24, false, claim.Head + 24), (claim.Bytes, claim.NextDoesNotFit, claim.Next));
        Assert.Equal(RingStatus.Event, producer.Collect(4096, out claim));
        Assert.Equal((24, false, claim.Head + 24), (claim.Bytes, claim.NextDoesNotFit, claim.Next));

        RingPeek peek = memory.Reaper(single: true).PeekAll();
        Assert.True(peek.TryNext(out ReadOnlySpan<byte> record) && record.Length == 24);
        Assert.False(peek.TryNext(out _));
        Assert.Equal(RingStatus.Corrupt, peek.Status);
    }

    [Fact, Requirement("RING-1", "RING-8")]
    public void Where_a_flag_is_not_known_nothing_is_looked_at_in_place()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        Assert.True(producer.TryWrite(TestRecord.Make(1, 24)));
        producer.SetFlags(1u << 20);

        RingPeek peek = memory.Reaper(single: true).PeekAll();
        Assert.Equal(RingStatus.EnterKernel, peek.Status);
        Assert.False(peek.TryNext(out _));
        Assert.Equal(RingStatus.EnterKernel, peek.Status);
    }

    [Fact, Requirement("RING-3")]
    public void A_run_is_reserved_in_one_piece_up_to_the_rings_end()
    {
        using var memory = new RingMemory(start: 4096 - 72);
        RingProducer producer = memory.Producer();
        Assert.Equal(3, producer.ReserveRun(24, 10, out byte* place));
        Assert.Equal((nint)memory.Map + (nint)memory.Layout.DataOffset + 4096 - 72, (nint)place);
        Assert.Equal(2, producer.ReserveRun(24, 2, out place));
        Assert.Equal((nint)memory.Map + (nint)memory.Layout.DataOffset, (nint)place);
    }
}
