using AioV2.Abi.Ring;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Ring;

/// <summary>What a ring's header says, and which headers make a ring.</summary>
public sealed unsafe class RingConstructionTests
{
    [Fact, Requirement("RING-1", "RING-11")]
    public void Every_constant_and_both_positions_are_written()
    {
        using var memory = new RingMemory();
        RingProducer producer = RingProducer.Create(memory.Map, memory.Layout, 512, ctx: 7, generation: 3, start: 0x1238, flags: Aio2RingFlags.Overflow);

        Aio2Ring h = *memory.Header;
        Assert.Equal((Aio2.RingMagic, Aio2.RingVersion, 0ul, 0ul), (h.Magic, h.Version, h.Compat, h.Incompat));
        Assert.Equal(((uint)Aio2Ring.SizeOf, 4096u, 4096u, 8192u), (h.HeaderBytes, h.RingBytes, h.UserOffset, h.DataOffset));
        Assert.Equal((12288ul, 512u, 7u, 3u), (h.MapBytes, h.MaxEventBytes, h.Ctx, h.Generation));
        Assert.Equal((0x1238ul, 0x1238ul, Aio2RingFlags.Overflow), (h.Start, h.Tail, h.Flags));
        Assert.Equal((0x1238ul, 0u), (memory.User->Head, memory.User->UserFlags));
        Assert.Equal((0x1238ul, 0x1238ul, Aio2RingFlags.Overflow), (producer.Tail, producer.Head, producer.Flags));
        Assert.Equal((4096u, 512u, true, false), (producer.RingBytes, producer.MaxRecordBytes, producer.SeenEmpty, producer.IsCorrupt));
    }

    [Fact, Requirement("RING-1")]
    public void What_stood_in_the_memory_before_does_not_stay()
    {
        using var memory = new RingMemory();
        new Span<byte>(memory.Map, Aio2Ring.SizeOf).Fill(0xff);
        new Span<byte>(memory.User, Aio2RingUser.SizeOf).Fill(0xff);
        RingHeader.Format(memory.Map, memory.Layout, 1024);

        Assert.Equal((0ul, 0ul, 0u), (memory.Header->OverflowEvents, memory.Header->OverflowEpisodes, memory.Header->Reserved0));
        Assert.Equal((0ul, 0u, 0u), (memory.User->Head, memory.User->UserFlags, memory.User->Reserved0));
    }

    [Fact, Requirement("RING-11")]
    public void A_ring_starts_at_a_multiple_of_8_and_takes_records_of_half_its_size_at_most()
    {
        using var memory = new RingMemory();
        RingLayout layout = memory.Layout;
        RingHeader.Format(memory.Map, layout, 2048);

        Assert.Equal(2048u, memory.Header->MaxEventBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => RingHeader.Format(memory.Map, layout, 2049));
        Assert.Throws<ArgumentOutOfRangeException>(() => RingHeader.Format(memory.Map, layout, 1024, start: 4));
    }

    [Theory, Requirement("SETUP-5")]
    [InlineData(4096u, true)]
    [InlineData(8192u, true)]
    [InlineData(1u << 30, true)]
    [InlineData(0u, false)]
    [InlineData(2048u, false)]
    [InlineData(4097u, false)]
    [InlineData(12288u, false)]
    [InlineData(1u << 31, false)]
    public void A_data_area_is_a_power_of_two_from_4096_to_2_to_the_30(uint ringBytes, bool valid)
    {
        Assert.Equal(valid, RingLayout.IsValidRingBytes(ringBytes));
        if (valid)
        {
            RingLayout layout = RingLayout.For(ringBytes, 4096);
            Assert.Equal((ringBytes, 8192ul + ringBytes, Math.Min(ringBytes / 4, 4096)), (layout.RingBytes, layout.MapBytes, layout.MaxEventBytes));
        }
        else
        {
            ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(() => RingLayout.For(ringBytes, 4096));
            Assert.Equal("ringBytes", e.ParamName);
            Assert.Contains("power of two", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact, Requirement("RING-1")]
    public void Pages_hold_a_header() =>
        Assert.Equal("pageBytes", Assert.Throws<ArgumentOutOfRangeException>(() => RingLayout.For(4096, 4095)).ParamName);

    [Theory, Requirement("RING-1")]
    [InlineData(4096u, 8192u, RingOpenStatus.Ok)]
    [InlineData(0u, 8192u, RingOpenStatus.BadGeometry)]
    [InlineData(4104u, 8192u, RingOpenStatus.BadGeometry)]
    [InlineData(4096u, 8200u, RingOpenStatus.BadGeometry)]
    [InlineData(4096u, 4096u, RingOpenStatus.BadGeometry)]
    [InlineData(8192u, 4096u, RingOpenStatus.BadGeometry)]
    [InlineData(4096u, 0xffff_f000u, RingOpenStatus.BadGeometry)]
    [InlineData(0xffff_f000u, 4096u, RingOpenStatus.BadGeometry)]
    public void Parts_that_overlap_or_stand_between_pages_are_refused(uint userOffset, uint dataOffset, RingOpenStatus expected)
    {
        using var memory = new RingMemory();
        memory.Header->UserOffset = userOffset;
        memory.Header->DataOffset = dataOffset;

        // Room enough, so that it is the places that are judged.
        Assert.Equal(expected, RingReaper.Open(memory.Map, memory.Layout.MapBytes + 8, false, out RingReaper? reaper));
        Assert.Equal(expected == RingOpenStatus.Ok, reaper is not null);
    }

    [Fact, Requirement("RING-1")]
    public void A_data_area_of_a_bad_size_is_refused_though_it_would_fit()
    {
        using var memory = new RingMemory();
        memory.Header->RingBytes = 2048;
        Assert.Equal(RingOpenStatus.BadGeometry, RingReaper.Open(memory.Map, memory.Layout.MapBytes, false, out _));
    }

    [Fact, Requirement("RING-1")]
    public void A_mapping_too_small_for_a_header_is_not_looked_at() =>
        Assert.Equal(RingOpenStatus.BadGeometry, RingReaper.Open((byte*)8, (ulong)Aio2Ring.SizeOf - 1, false, out _));

    [Fact, Requirement("RING-1")]
    public void A_reader_takes_what_the_header_says_of_the_ring()
    {
        using var memory = new RingMemory();
        RingHeader.Format(memory.Map, memory.Layout, 512, ctx: 7, generation: 3, start: 0x1238, flags: Aio2RingFlags.Dead);
        RingReaper reaper = memory.Reaper(single: true);

        Assert.Equal((true, 512u, 4096u, 7u, 3u), (reaper.IsSingle, reaper.MaxEventBytes, reaper.RingBytes, reaper.Ctx, reaper.Generation));
        Assert.Equal(Aio2RingFlags.Dead, reaper.Flags);
        Assert.True(reaper.Header == memory.Header && reaper.User == memory.User);
        Assert.False(memory.Reaper().IsSingle);
    }

    [Fact, Requirement("RING-4")]
    public void Records_are_looked_at_in_place_only_by_a_single_reaper()
    {
        using var memory = new RingMemory();
        RingReaper reaper = memory.Reaper();
        Assert.True(memory.Producer().TryWrite(TestRecord.Make(1, 24)));

        Assert.Contains("single reaper", Assert.Throws<InvalidOperationException>(() => reaper.TryPeek(out _)).Message, StringComparison.Ordinal);
        Assert.Contains("single reaper", Assert.Throws<InvalidOperationException>(() => { using RingPeek peek = reaper.PeekAll(); }).Message, StringComparison.Ordinal);
        Assert.Equal(0ul, memory.User->Head);
    }
}
