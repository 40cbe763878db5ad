using AioV2.Attributes.Checksums;
using AioV2.Tests;

namespace AioV2.Attributes.Tests.Checksums;

[Requirement("ATTR-7", "ATTR-8")]
public sealed class CheckValueTests
{
    [Fact]
    public void Crc32C_has_the_published_check_value() =>
        Assert.Equal(0xE3069283u, Crc32C.Compute(0, "123456789"u8));

    [Fact]
    public void Crc64Nvme_has_the_published_check_value() =>
        Assert.Equal(0xAE8B14860A799888ul, Crc64Nvme.Compute(0, "123456789"u8));

    [Fact]
    public void T10Dif_has_the_published_check_value() =>
        Assert.Equal((ushort)0xD0DB, CrcT10Dif.Compute(0, "123456789"u8));

    // The worked example of RFC 1071, section 3: 00 01 f2 03 f4 f5 f6 f7 sums to ddf2.
    [Fact]
    public void The_IP_checksum_agrees_with_the_example_of_RFC_1071() =>
        Assert.Equal(unchecked((ushort)~0xddf2), IpChecksum.Compute([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]));
}
