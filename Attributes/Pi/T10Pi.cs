using AioV2.Abi;

namespace AioV2.Attributes.Pi;

/// <summary>Protection information of T10 DIF and DIX and of NVMe: makes, verifies and remaps tuples in place (ATTR-8).</summary>
/// <remarks>Nothing here allocates. For data in segments see <see cref="PiGenerator"/> and <see cref="PiVerifier"/>.</remarks>
public static class T10Pi
{
    /// <summary>Writes the tuple of every interval.</summary>
    /// <param name="format">The format.</param>
    /// <param name="data">Whole intervals.</param>
    /// <param name="metadata">Metadata of those intervals, or more.</param>
    /// <param name="seed">Reference tag of the first interval.</param>
    /// <param name="appTag">Application tag of every tuple.</param>
    /// <exception cref="ArgumentException">The data is not whole intervals, or the metadata is too short.</exception>
    public static void Generate(PiFormat format, ReadOnlySpan<byte> data, Span<byte> metadata, ulong seed, ushort appTag)
    {
        RequireWholeIntervals(format, data.Length, metadata.Length);
        var generator = new PiGenerator(format, metadata, seed, appTag);
        generator.Add(data);
    }

    /// <summary>Verifies every interval up to the first that is bad.</summary>
    /// <param name="format">The format.</param>
    /// <param name="data">Whole intervals.</param>
    /// <param name="metadata">Metadata of those intervals, or more.</param>
    /// <param name="checks">The checks to make, <see cref="Aio2PiFlags"/>. The reference tag of type 3 is never checked.</param>
    /// <param name="seed">Reference tag of the first interval.</param>
    /// <param name="appTag">Application tag to expect.</param>
    /// <param name="mismatch">The first bad interval, counted from 0, which check, and what it expected and found.</param>
    /// <returns>Whether all passed.</returns>
    /// <exception cref="ArgumentException">The data is not whole intervals, or the metadata is too short.</exception>
    public static bool Verify(
        PiFormat format, ReadOnlySpan<byte> data, ReadOnlySpan<byte> metadata, ushort checks, ulong seed, ushort appTag, out Aio2RetPi mismatch)
    {
        RequireWholeIntervals(format, data.Length, metadata.Length);
        var verifier = new PiVerifier(format, metadata, checks, seed, appTag);
        bool passed = verifier.Add(data);
        mismatch = verifier.Mismatch;
        return passed;
    }

    /// <summary>Moves the reference tags from one seed to another, as a partition or a volume must (types 1 and 2; nothing for type 3).</summary>
    /// <remarks>
    /// Each tag moves by the difference, so that a wrong tag stays as wrong as it was, and the way back restores every byte.
    /// Escaped tuples stay as they are. No guard changes.
    /// </remarks>
    /// <param name="format">The format.</param>
    /// <param name="metadata">Metadata of whole intervals.</param>
    /// <param name="fromSeed">Reference tag of the first interval now.</param>
    /// <param name="toSeed">Reference tag of the first interval afterwards.</param>
    /// <exception cref="ArgumentException">The metadata is not of whole intervals.</exception>
    public static void Remap(PiFormat format, Span<byte> metadata, ulong fromSeed, ulong toSeed)
    {
        RequireFormat(format);
        if (metadata.Length % format.MetadataBytes != 0)
        {
            throw new ArgumentException("not metadata of whole intervals", nameof(metadata));
        }

        if (format.Type == PiType.Type3)
        {
            return;
        }

        for (; !metadata.IsEmpty; metadata = metadata.Slice(format.MetadataBytes))
        {
            PiTuple tuple = PiTuple.Read(format, metadata);
            if (!tuple.IsEscape(format))
            {
                new PiTuple(tuple.Guard, tuple.AppTag, (tuple.RefTag + toSeed - fromSeed) & format.RefTagMask).Write(format, metadata);
            }
        }
    }

    internal static Span<byte> MetadataOf(PiFormat format, Span<byte> metadata, ulong interval)
    {
        RequireRoom(format, metadata.Length, interval);
        return metadata.Slice((int)interval * format.MetadataBytes, format.MetadataBytes);
    }

    internal static ReadOnlySpan<byte> MetadataOf(PiFormat format, ReadOnlySpan<byte> metadata, ulong interval)
    {
        RequireRoom(format, metadata.Length, interval);
        return metadata.Slice((int)interval * format.MetadataBytes, format.MetadataBytes);
    }

    private static void RequireRoom(PiFormat format, int metadataBytes, ulong interval)
    {
        if (interval >= (ulong)(metadataBytes / format.MetadataBytes))
        {
            throw new ArgumentException("the metadata ends before the data");
        }
    }

    private static void RequireWholeIntervals(PiFormat format, int dataBytes, int metadataBytes)
    {
        RequireFormat(format);
        if (dataBytes % format.IntervalBytes != 0)
        {
            throw new ArgumentException("the data does not end on an interval");
        }

        if (metadataBytes / format.MetadataBytes < dataBytes / format.IntervalBytes)
        {
            throw new ArgumentException("the metadata ends before the data");
        }
    }

    // default(PiFormat) has no intervals.
    internal static void RequireFormat(PiFormat format)
    {
        if (format.IntervalBytes == 0)
        {
            throw new ArgumentException("a format without type and guard", nameof(format));
        }
    }
}
