using System.Runtime.Versioning;
using AioV2.Abi;
using AioV2.Attributes.Checksums;
using AioV2.Attributes.Pi;
using AioV2.Tests;

namespace AioV2.NetStandard.Tests;

/// <summary>The checksums and tuples of the netstandard2.0 build: tables only, the same results.</summary>
[Requirement("ATTR-7", "ATTR-8")]
public sealed class ChecksumAndPiTests
{
    private static ReadOnlySpan<byte> Digits => "123456789"u8;

    [Fact]
    public void The_build_under_test_is_that_of_netstandard20()
    {
        var target = (TargetFrameworkAttribute)Attribute.GetCustomAttribute(typeof(Crc32C).Assembly, typeof(TargetFrameworkAttribute))!;
        Assert.Equal(".NETStandard,Version=v2.0", target.FrameworkName);
    }

    [Fact]
    public void The_published_check_values_hold()
    {
        Assert.Equal(0xE3069283u, Crc32C.Compute(0, Digits));
        Assert.Equal(0xAE8B14860A799888ul, Crc64Nvme.Compute(0, Digits));
        Assert.Equal((ushort)0xD0DB, CrcT10Dif.Compute(0, Digits));
    }

    [Fact]
    public void A_result_can_be_continued_at_every_cut_of_300_bytes()
    {
        byte[] data = new byte[300];
        new Random(5).NextBytes(data);
        for (int cut = 0; cut <= data.Length; cut++)
        {
            ReadOnlySpan<byte> first = data.AsSpan(0, cut);
            ReadOnlySpan<byte> second = data.AsSpan(cut);
            Assert.Equal(Crc32C.Compute(0, data), Crc32C.Compute(Crc32C.Compute(0, first), second));
            Assert.Equal(Crc64Nvme.Compute(0, data), Crc64Nvme.Compute(Crc64Nvme.Compute(0, first), second));
            Assert.Equal(CrcT10Dif.Compute(0, data), CrcT10Dif.Compute(CrcT10Dif.Compute(0, first), second));
        }
    }

    [Theory]
    [InlineData(PiGuard.Crc16), InlineData(PiGuard.IpChecksum), InlineData(PiGuard.Crc64)]
    public void Tuples_verify_and_a_changed_byte_is_found(PiGuard guard)
    {
        var format = new PiFormat(PiType.Type1, guard);
        byte[] data = new byte[2048];
        byte[] metadata = new byte[4 * format.MetadataBytes];
        new Random(6).NextBytes(data);
        T10Pi.Generate(format, data, metadata, 9, 3);
        Assert.True(T10Pi.Verify(format, data, metadata, Aio2PiFlags.Known, 9, 3, out _));

        data[1500] ^= 0x10;
        Assert.False(T10Pi.Verify(format, data, metadata, Aio2PiFlags.Known, 9, 3, out Aio2RetPi mismatch));
        Assert.Equal((2ul, Aio2PiCheck.Guard), (mismatch.Interval, mismatch.Check));
    }
}
