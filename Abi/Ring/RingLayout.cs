namespace AioV2.Abi.Ring;

/// <summary>Where the three parts of a ring stand in its mapping (RING-1).</summary>
/// <remarks><code>
///  0                       UserOffset              DataOffset                       MapBytes
///  +-----------------------+-----------------------+--------------------------------+
///  | aio2_ring: constants  | aio2_ring_user: head, | data area: RingBytes, a power  |
///  | (0) kernel line (128) | user_flags; a page of | of two                         |
///  |                       | its own               |                                |
///  +-----------------------+-----------------------+--------------------------------+
/// </code>All offsets are multiples of the page size, so that each part can have its own protection.</remarks>
public readonly record struct RingLayout
{
    private RingLayout(uint ringBytes, uint userOffset, uint dataOffset)
    {
        RingBytes = ringBytes;
        UserOffset = userOffset;
        DataOffset = dataOffset;
    }

    /// <summary>Bytes of the data area.</summary>
    public uint RingBytes { get; }

    /// <summary>Bytes from the start of the mapping to the user line.</summary>
    public uint UserOffset { get; }

    /// <summary>Bytes from the start of the mapping to the data area.</summary>
    public uint DataOffset { get; }

    /// <summary>Bytes of the whole mapping.</summary>
    public ulong MapBytes => (ulong)DataOffset + RingBytes;

    /// <summary>Largest record that such a ring takes (ATTR-6).</summary>
    public uint MaxEventBytes => Math.Min(RingBytes / 4, Aio2.EventMax);

    /// <summary>Whether a data area may have this size (SETUP-5).</summary>
    public static bool IsValidRingBytes(uint ringBytes) =>
        ringBytes is >= Aio2.RingBytesMin and <= Aio2.RingBytesMax && (ringBytes & (ringBytes - 1)) == 0;

    /// <summary>The layout of a ring on pages of the running size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size that SETUP-5 refuses, or pages smaller than the header.</exception>
    public static RingLayout For(uint ringBytes, int pageBytes)
    {
        if (!IsValidRingBytes(ringBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(ringBytes), ringBytes, "a power of two from 4096 to 2^30 is needed");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(pageBytes, 4096);
        return new RingLayout(ringBytes, (uint)pageBytes, 2 * (uint)pageBytes);
    }

    /// <summary>Reads a layout from a header's constants and judges it by the room there is; trusts nothing.</summary>
    /// <returns>False if the parts overlap, are misplaced, or go beyond <paramref name="mapBytes"/>.</returns>
    internal static unsafe bool TryRead(Aio2Ring* header, ulong mapBytes, out RingLayout layout)
    {
        layout = new RingLayout(header->RingBytes, header->UserOffset, header->DataOffset);
        return IsValidRingBytes(layout.RingBytes)
            && layout.UserOffset >= Aio2Ring.SizeOf && layout.UserOffset % 4096 == 0
            && layout.DataOffset % 4096 == 0
            && layout.DataOffset >= (ulong)layout.UserOffset + Aio2RingUser.SizeOf
            && layout.MapBytes <= mapBytes;
    }
}
