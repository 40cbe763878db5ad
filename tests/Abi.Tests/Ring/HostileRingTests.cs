using System.Runtime.InteropServices;
using AioV2.Abi.Ring;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Abi.Tests.Ring;

/// <summary>What either side finds in memory that the other may have written over.</summary>
public sealed unsafe class HostileRingTests
{
    [Fact, Requirement("RING-5")]
    public void A_head_is_valid_only_as_a_multiple_of_8_from_the_largest_seen_to_tail()
    {
        Gen<(ulong, int)> cases = Gen.Zip(
            Gen.Elements(0ul, 4096ul, 0xffff_ffff_ffff_f000ul), Gen.OneOf(Gen.Choose(-64, 320), Gen.Choose(int.MinValue, int.MaxValue)));
        Seeded.ForAll(cases, 2000, c =>
        {
            (ulong start, int step) = c;
            using var memory = new RingMemory(start: start);
            RingProducer producer = memory.Producer();
            RingReaper reaper = memory.Reaper();
            for (ulong i = 0; i < 8; i++)
            {
                Assert.True(producer.TryWrite(TestRecord.Make(i, 32)));
            }

            var buffer = new byte[64];
            Assert.Equal(RingStatus.Event, reaper.ReadBatch(buffer, out _));
            Assert.True(producer.Observe());

            // 64 bytes are reaped and seen, 256 are published.
            memory.User->Head = unchecked(start + (ulong)step);
            bool valid = step % 8 == 0 && step is >= 64 and <= 256;
            ulong tail = memory.Header->Tail;

            Assert.Equal(valid, producer.Observe());
            Assert.Equal(valid, producer.TryWrite(TestRecord.Make(8, 24)));
            Assert.Equal(valid ? 0u : Aio2RingFlags.Corrupt, memory.Header->Flags);
            if (!valid)
            {
                // For good: a head that is put right does not help, and nothing more is put there.
                memory.User->Head = start + 64;
                Assert.False(producer.Observe());
                Assert.False(producer.TryReserve(24, out _));
                Assert.Equal(RingStatus.Corrupt, producer.Collect(4096, out _));
                producer.Publish();
                Assert.Equal(tail, memory.Header->Tail);
            }
        });
    }

    [Fact, Requirement("RING-5")]
    public void What_was_staged_on_a_valid_head_is_published_before_the_ring_is_given_up()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        Assert.True(producer.TryStage(TestRecord.Make(1, 24)));
        memory.User->Head = 3;

        Assert.False(producer.Observe());
        Assert.Equal(24ul, memory.Header->Tail);
        Assert.Equal(Aio2RingFlags.Corrupt, memory.Header->Flags);
    }

    [Fact, Requirement("RING-1", "RING-5")]
    public void The_producer_believes_no_constant_tail_or_flag_that_stands_in_shared_memory()
    {
        using var memory = new RingMemory();
        var producer = RingProducer.Create(memory.Map, memory.Layout, memory.Layout.MaxEventBytes);
        RingReaper reaper = memory.Reaper();
        Assert.True(producer.TryWrite(TestRecord.Make(1, 24)));
        new Span<byte>(memory.Map, Aio2Ring.SizeOf).Fill(0xff);
        Assert.Equal(memory.Layout.MaxEventBytes, producer.MaxRecordBytes);

        Assert.True(producer.TryWrite(TestRecord.Make(2, 24)));
        producer.SetFlags(0);
        Assert.Equal(48ul, memory.Header->Tail);
        Assert.Equal(0u, memory.Header->Flags);
        var buffer = new byte[48];
        Assert.Equal(RingStatus.Event, reaper.ReadBatch(buffer, out _));
        Assert.Equal([1, 2], TestRecord.SerialsOf(buffer));
    }

    [Fact, Requirement("RING-4", "RING-5")]
    public void Hostile_bytes_in_the_data_never_lead_a_reaper_outside_the_ring()
    {
        // Positions, and what stands at each record's start; guard pages lie on both sides of the ring.
        Gen<uint> words = Gen.OneOf(
            Gen.Choose(0, 1100).Select(x => (uint)x * 4),
            Gen.Choose(int.MinValue, int.MaxValue).Select(x => (uint)x),
            Gen.Choose(0, 7).Select(x => (uint)x));
        Gen<(int Head, int Published, uint[] Words)> cases = Gen.Zip(
            Gen.Zip(Gen.Choose(0, 1023), Gen.Choose(0, 512)), words.ArrayOf(16), (at, w) => (at.Item1, at.Item2, w));
        Seeded.ForAll(cases, 3000, c =>
        {
            ulong head = (ulong)c.Head * 8;
            using var memory = new RingMemory(start: head);
            Span<uint> data = MemoryMarshal.Cast<byte, uint>(memory.Data);
            for (int i = 0; i < data.Length; i++)
            {
                data[i] = c.Words[i % c.Words.Length];
            }

            RingProducer producer = memory.Producer();
            memory.Header->Tail = head + (ulong)c.Published * 8;
            var buffer = new byte[4096];
            RingReaper reaper = memory.Reaper();
            for (int i = 0; i < 1024; i++)
            {
                RingStatus status = i % 2 == 0 ? reaper.TryRead(buffer, out int bytes) : reaper.ReadBatch(buffer.AsSpan(0, 64), out bytes);
                Assert.InRange(bytes, 0, status == RingStatus.TooSmall ? 4096 : buffer.Length);
                Assert.True(memory.User->Head - head <= (ulong)c.Published * 8, "head is never moved beyond tail");
                if (status != RingStatus.Event)
                {
                    break;
                }
            }

            // The producer's own tail has not moved, so its own reaping finds nothing, or a head beyond its tail.
            RingStatus own = producer.Collect(4096, out RingClaim claim);
            Assert.True(claim.Bytes == 0 && own is RingStatus.Empty or RingStatus.Corrupt);
        });
    }

    [Fact, Requirement("RING-5")]
    public void A_size_that_the_other_side_wrote_over_makes_the_ring_corrupt_and_is_bounded_before_it_is_used()
    {
        Seeded.ForAll(Gen.OneOf(Gen.Choose(0, 600), Gen.Choose(int.MinValue, int.MaxValue)), 2000, size =>
        {
            using var memory = new RingMemory();
            RingProducer producer = memory.Producer();
            for (ulong i = 0; i < 8; i++)
            {
                Assert.True(producer.TryWrite(TestRecord.Make(i, 32)));
            }

            MemoryMarshal.Write(memory.Data, size);
            bool bounded = size % 8 == 0 && size is >= 8 and <= 256;
            RingStatus status = producer.Collect(4096, out RingClaim claim);
            Assert.Equal(bounded ? RingStatus.Event : RingStatus.Corrupt, status);
            Assert.Equal(!bounded, producer.IsCorrupt);
            Assert.InRange(claim.Bytes, 0, 256);
            Assert.True(claim.Next <= producer.Tail);
        });
    }

    [Theory, Requirement("RING-1")]
    [InlineData(Aio2Ring.At.Magic, RingOpenStatus.BadMagic)]
    [InlineData(Aio2Ring.At.Version, RingOpenStatus.BadVersion)]
    [InlineData(Aio2Ring.At.Incompat + 7, RingOpenStatus.UnknownIncompat)]
    [InlineData(Aio2Ring.At.RingBytes, RingOpenStatus.BadGeometry)]
    [InlineData(Aio2Ring.At.UserOffset, RingOpenStatus.BadGeometry)]
    [InlineData(Aio2Ring.At.DataOffset + 3, RingOpenStatus.BadGeometry)]
    [InlineData(Aio2Ring.At.Compat, RingOpenStatus.Ok)]
    public void A_reader_refuses_a_header_that_it_does_not_understand_and_leaves_head_alone(int offset, RingOpenStatus expected)
    {
        using var memory = new RingMemory();
        Assert.True(memory.Producer().TryWrite(TestRecord.Make(1, 24)));
        memory.Map[offset] ^= 0x40;

        Assert.Equal(expected, RingReaper.Open(memory.Map, memory.Layout.MapBytes, false, out RingReaper? reaper));
        Assert.Equal(expected == RingOpenStatus.Ok, reaper is not null);
        Assert.Equal(0ul, memory.User->Head);
    }

    [Fact, Requirement("RING-1")]
    public void A_mapping_smaller_than_its_header_says_is_refused()
    {
        using var memory = new RingMemory();
        for (ulong bytes = 0; bytes < memory.Layout.MapBytes; bytes += 64)
        {
            Assert.Equal(RingOpenStatus.BadGeometry, RingReaper.Open(memory.Map, bytes, false, out _));
        }
    }

    [Fact, Requirement("RING-1")]
    public void An_unknown_flag_makes_a_reaper_use_the_call_though_events_are_there()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper();
        Assert.True(producer.TryWrite(TestRecord.Make(1, 24)));
        producer.SetFlags(Aio2RingFlags.Known + 1);

        Assert.Equal(RingStatus.EnterKernel, reaper.TryRead(new byte[64], out _));
        Assert.Equal(0ul, memory.User->Head);
    }

    [Theory, Requirement("RING-8")]
    [InlineData(Aio2RingFlags.Overflow)]
    [InlineData(Aio2RingFlags.Moved)]
    [InlineData(Aio2RingFlags.Corrupt)]
    [InlineData(Aio2RingFlags.Dead)]
    public void An_empty_ring_with_a_flag_sends_the_reaper_to_the_kernel_but_first_it_takes_what_is_there(uint flag)
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper();
        Assert.True(producer.TryWrite(TestRecord.Make(1, 24)));
        producer.SetFlags(flag);

        Assert.Equal(RingStatus.Event, reaper.TryRead(new byte[64], out _));
        Assert.Equal(RingStatus.EnterKernel, reaper.TryRead(new byte[64], out _));
    }

    [Fact, Requirement("RING-4")]
    public void A_single_reaper_survives_a_head_that_the_call_has_moved()
    {
        using var memory = new RingMemory();
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper(single: true);
        for (ulong i = 0; i < 4; i++)
        {
            Assert.True(producer.TryWrite(TestRecord.Make(i, 24)));
        }

        // The reaper's cached tail is now behind where the call takes head.
        Assert.Equal(RingStatus.Event, reaper.TryPeek(out _));
        Assert.True(producer.TryWrite(TestRecord.Make(4, 24)));
        Assert.Equal(RingStatus.Event, producer.Collect(4096, out RingClaim claim));
        Assert.True(producer.TryTake(claim));
        Assert.Equal(RingStatus.Empty, reaper.TryPeek(out _));
        Assert.True(producer.TryWrite(TestRecord.Make(5, 24)));
        Assert.Equal(RingStatus.Event, reaper.TryPeek(out ReadOnlySpan<byte> record));
        Assert.Equal(5ul, TestRecord.SerialOf(record));
    }
}
