namespace AioV2.Attributes.Pi;

/// <summary>A format of protection information: type, guard, interval and the metadata of an interval (ATTR-8).</summary>
/// <remarks>
/// The tuple is the last of an interval's metadata. The guard covers the interval's data and then the metadata before the
/// tuple, as Linux and NVMe have it.
/// <code>
///  0                     TupleOffset      MetadataBytes
///  +--------------------~+----------------+
///  | opaque, guarded     | tuple          |   for each interval, one after the other
///  +--------------------~+----------------+
/// </code></remarks>
public readonly record struct PiFormat
{
    /// <param name="type">Meaning of the reference tag.</param>
    /// <param name="guard">Kind of guard.</param>
    /// <param name="intervalBytes">512 or 4096.</param>
    /// <param name="metadataBytes">Metadata of an interval, at least the tuple's size; 0 takes just that.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is none of these.</exception>
    public PiFormat(PiType type, PiGuard guard, int intervalBytes = 512, int metadataBytes = 0)
    {
        if (!IsValid(type, guard, intervalBytes, metadataBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(type), $"no such format: {type}, {guard}, {intervalBytes}+{metadataBytes}");
        }

        Type = type;
        Guard = guard;
        IntervalBytes = intervalBytes;
        TupleBytes = TupleBytesOf(guard);
        MetadataBytes = metadataBytes == 0 ? TupleBytes : metadataBytes;
    }

    /// <summary>Largest metadata of an interval, in bytes.</summary>
    public const int MetadataBytesMax = 4096;

    /// <summary>Meaning of the reference tag.</summary>
    public PiType Type { get; }

    /// <summary>Kind of guard.</summary>
    public PiGuard Guard { get; }

    /// <summary>Bytes of data that a tuple protects: 512 or 4096.</summary>
    public int IntervalBytes { get; }

    /// <summary>Bytes of metadata for each interval.</summary>
    public int MetadataBytes { get; }

    /// <summary>8 or 16.</summary>
    public int TupleBytes { get; }

    /// <summary>The tuple's place in the metadata of an interval, in bytes.</summary>
    public int TupleOffset => MetadataBytes - TupleBytes;

    /// <summary>The bits of a reference tag: 32, or 48 in a tuple of 16 bytes.</summary>
    public ulong RefTagMask => Guard == PiGuard.Crc64 ? (1ul << 48) - 1 : uint.MaxValue;

    /// <summary>Whether the constructor takes these; for input that is not trusted.</summary>
    public static bool IsValid(PiType type, PiGuard guard, int intervalBytes, int metadataBytes) =>
        type is PiType.Type1 or PiType.Type2 or PiType.Type3
        && guard is PiGuard.Crc16 or PiGuard.IpChecksum or PiGuard.Crc64
        && intervalBytes is 512 or 4096
        && (metadataBytes == 0 || (metadataBytes >= TupleBytesOf(guard) && metadataBytes <= MetadataBytesMax));

    /// <summary>The reference tag of an interval: with type 3 the seed, else one more for each.</summary>
    public ulong RefTagOf(ulong seed, ulong interval) => (Type == PiType.Type3 ? seed : seed + interval) & RefTagMask;

    private static int TupleBytesOf(PiGuard guard) => guard == PiGuard.Crc64 ? 16 : 8;
}
