namespace AioV2.Attributes.Pi;

/// <summary>What guards an interval, and with it the tuple's layout (ATTR-8).</summary>
public enum PiGuard
{
    /// <summary>CRC-16/T10-DIF in a tuple of 8 bytes.</summary>
    Crc16 = 1,

    /// <summary>The IP checksum in a tuple of 8 bytes.</summary>
    IpChecksum = 2,

    /// <summary>CRC-64/NVME in a tuple of 16 bytes.</summary>
    Crc64 = 3,
}
