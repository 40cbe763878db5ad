using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Attributes.Tests.Checksums;
using AioV2.Tests;

namespace AioV2.Attributes.Tests.Pi;

[Requirement("ATTR-8")]
public sealed class T10PiTests
{
    private const ushort All = Aio2PiFlags.Known;

    public static TheoryData<PiGuard> Guards => [PiGuard.Crc16, PiGuard.IpChecksum, PiGuard.Crc64];

    [Fact]
    public void An_8_byte_tuple_is_guard_app_tag_ref_tag_big_endian()
    {
        byte[] data = Enumerable.Repeat((byte)0x5a, 512).ToArray();
        byte[] metadata = new byte[8];
        T10Pi.Generate(new PiFormat(PiType.Type1, PiGuard.Crc16), data, metadata, 0x1_89abcdef, 0x1234);

        ushort guard = IsaL.T10Dif(0, data);
        Assert.Equal([(byte)(guard >> 8), (byte)guard, 0x12, 0x34, 0x89, 0xab, 0xcd, 0xef], metadata);
    }

    [Fact]
    public void A_16_byte_tuple_is_guard_app_tag_and_48_bits_of_ref_tag_big_endian()
    {
        byte[] metadata = new byte[16];
        new PiTuple(0x0102030405060708, 0x1234, 0xabcd_89abcdef0123).Write(new PiFormat(PiType.Type1, PiGuard.Crc64, 4096), metadata);

        Assert.Equal(Convert.FromHexString("01020304050607081234" + "89abcdef0123"), metadata);
    }

    // The test cases of the NVM Command Set specification: 4096 zero bytes and 4096 bytes of ones.
    [Theory, InlineData(0x00, 0x6482D367EB22B64E), InlineData(0xff, 0xC0DDBA7302ECA3AC)]
    public void The_64_bit_guard_has_the_values_that_the_NVMe_specification_publishes(byte fill, ulong guard)
    {
        byte[] data = Enumerable.Repeat(fill, 4096).ToArray();
        byte[] metadata = new byte[16];
        var format = new PiFormat(PiType.Type1, PiGuard.Crc64, 4096);
        T10Pi.Generate(format, data, metadata, 0, 0);

        Assert.Equal(guard, PiTuple.Read(format, metadata).Guard);
    }

    [Theory, MemberData(nameof(Guards))]
    public void App_tag_ffff_disables_checking_of_types_1_and_2_whatever_the_ref_tag(PiGuard guard)
    {
        foreach (PiType type in new[] { PiType.Type1, PiType.Type2 })
        {
            var format = new PiFormat(type, guard);
            byte[] metadata = new byte[2 * format.MetadataBytes];
            new PiTuple(1, 0xffff, 77).Write(format, metadata);
            new PiTuple(1, 0xfffe, 77).Write(format, metadata.AsSpan(format.MetadataBytes));

            Assert.True(T10Pi.Verify(format, new byte[512], metadata, All, 0, 5, out _));
            Assert.False(T10Pi.Verify(format, new byte[1024], metadata, All, 0, 5, out Aio2RetPi mismatch));
            Assert.Equal(1ul, mismatch.Interval);
        }
    }

    [Theory, MemberData(nameof(Guards))]
    public void Type_3_is_disabled_by_app_tag_ffff_only_with_a_ref_tag_of_all_ones(PiGuard guard)
    {
        var format = new PiFormat(PiType.Type3, guard);
        byte[] metadata = new byte[format.MetadataBytes];

        new PiTuple(1, 0xffff, format.RefTagMask).Write(format, metadata);
        Assert.True(T10Pi.Verify(format, new byte[512], metadata, All, 0, 5, out _));

        new PiTuple(1, 0xffff, format.RefTagMask - 1).Write(format, metadata);
        Assert.False(T10Pi.Verify(format, new byte[512], metadata, All, 0, 5, out _));

        new PiTuple(1, 0xfffe, format.RefTagMask).Write(format, metadata);
        Assert.False(T10Pi.Verify(format, new byte[512], metadata, All, 0, 5, out _));
    }

    [Theory, MemberData(nameof(Guards))]
    public void The_ref_tag_of_type_3_is_the_seed_in_every_tuple_and_is_not_checked(PiGuard guard)
    {
        var format = new PiFormat(PiType.Type3, guard);
        byte[] metadata = new byte[3 * format.MetadataBytes];
        T10Pi.Generate(format, new byte[3 * 512], metadata, 42, 7);

        Assert.All(Enumerable.Range(0, 3), i =>
            Assert.Equal(42ul, PiTuple.Read(format, metadata.AsSpan(i * format.MetadataBytes)).RefTag));
        Assert.True(T10Pi.Verify(format, new byte[3 * 512], metadata, All, 4711, 7, out _));
    }

    [Fact]
    public void A_ref_tag_wraps_at_its_own_width()
    {
        var narrow = new PiFormat(PiType.Type1, PiGuard.Crc16);
        var wide = new PiFormat(PiType.Type1, PiGuard.Crc64);

        Assert.Equal(1ul, narrow.RefTagOf(0xffff_ffff, 2));
        Assert.Equal(0x1_0000_0001ul, wide.RefTagOf(0xffff_ffff, 2));
        Assert.Equal(1ul, wide.RefTagOf(0xffff_ffff_ffff, 2));
    }

    [Fact]
    public void Remapping_leaves_escaped_tuples_alone()
    {
        var format = new PiFormat(PiType.Type1, PiGuard.Crc16);
        byte[] metadata = Enumerable.Repeat((byte)0xff, 16).ToArray();
        new PiTuple(1, 2, 11).Write(format, metadata.AsSpan(8));
        T10Pi.Remap(format, metadata, fromSeed: 10, toSeed: 500);

        Assert.Equal(uint.MaxValue, PiTuple.Read(format, metadata).RefTag);
        Assert.Equal(501ul, PiTuple.Read(format, metadata.AsSpan(8)).RefTag);
    }

    [Fact]
    public void Data_that_ends_inside_an_interval_is_refused_whole_and_seen_in_segments()
    {
        var format = new PiFormat(PiType.Type1, PiGuard.Crc16);
        Assert.Throws<ArgumentException>(() => T10Pi.Generate(format, new byte[513], new byte[16], 0, 0));
        Assert.Throws<ArgumentException>(() => T10Pi.Verify(format, new byte[511], new byte[16], All, 0, 0, out _));

        var generator = new PiGenerator(format, new byte[16], 0, 0);
        generator.Add(new byte[513]);
        Assert.False(generator.IsAtInterval);
        Assert.Equal(1ul, generator.Intervals);
    }

    [Fact]
    public void Metadata_shorter_than_the_data_needs_is_refused()
    {
        var format = new PiFormat(PiType.Type1, PiGuard.Crc16);
        Assert.Throws<ArgumentException>(() => T10Pi.Generate(format, new byte[1024], new byte[15], 0, 0));
        Assert.Throws<ArgumentException>(() => T10Pi.Verify(format, new byte[1024], new byte[15], All, 0, 0, out _));
        Assert.Throws<ArgumentException>(() => new PiVerifier(format, new byte[15], 0, 0, 0).Add(new byte[1024]));
        Assert.Throws<ArgumentException>(() => T10Pi.Remap(format, new byte[15], 0, 1));
    }

    [Theory]
    [InlineData(0, 1, 512, 8), InlineData(4, 1, 512, 8), InlineData(1, 0, 512, 8), InlineData(1, 4, 512, 8)]
    [InlineData(1, 1, 520, 8), InlineData(1, 1, 0, 8), InlineData(1, 1, 512, 7), InlineData(1, 3, 512, 8), InlineData(1, 1, 512, 4097)]
    public void A_format_that_does_not_exist_cannot_be_made(int type, int guard, int interval, int metadata)
    {
        Assert.False(PiFormat.IsValid((PiType)type, (PiGuard)guard, interval, metadata));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PiFormat((PiType)type, (PiGuard)guard, interval, metadata));
    }

    [Fact]
    public void The_default_format_is_refused()
    {
        Assert.Throws<ArgumentException>(() => T10Pi.Generate(default, [], [], 0, 0));
        Assert.Throws<ArgumentException>(() => T10Pi.Remap(default, [], 0, 0));
        Assert.Throws<ArgumentException>(() => new PiGenerator(default, [], 0, 0).Intervals);
        Assert.Throws<ArgumentException>(() => new PiVerifier(default, [], 0, 0, 0).Intervals);
    }

    [Theory, MemberData(nameof(Guards))]
    public void Nothing_is_allocated(PiGuard guard)
    {
        var format = new PiFormat(PiType.Type1, guard);
        byte[] data = new byte[8192];
        byte[] metadata = new byte[16 * format.MetadataBytes];
        Run();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run()
        {
            T10Pi.Generate(format, data, metadata, 1, 2);
            T10Pi.Verify(format, data, metadata, All, 1, 2, out _);
            T10Pi.Remap(format, metadata, 1, 9);
        }
    }
}
