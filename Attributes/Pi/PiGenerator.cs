namespace AioV2.Attributes.Pi;

/// <summary>Makes the tuples of a transfer whose data lies in segments, in order and of any size (PREADV, PWRITEV; ATTR-8).</summary>
public ref struct PiGenerator
{
    private readonly PiFormat format;
    private readonly Span<byte> metadata;
    private readonly ulong seed;
    private readonly ushort appTag;
    private PiGuardSum guard;

    /// <param name="format">The format.</param>
    /// <param name="metadata">Metadata of the transfer; the tuples are written, what precedes each in its interval is only guarded.</param>
    /// <param name="seed">Reference tag of the first interval.</param>
    /// <param name="appTag">Application tag of every tuple.</param>
    /// <exception cref="ArgumentException">The format is the default one, which is none.</exception>
    public PiGenerator(PiFormat format, Span<byte> metadata, ulong seed, ushort appTag)
    {
        T10Pi.RequireFormat(format);
        this.format = format;
        this.metadata = metadata;
        this.seed = seed;
        this.appTag = appTag;
    }

    /// <summary>Intervals whose tuples were written.</summary>
    public ulong Intervals { get; private set; }

    /// <summary>Whether the data so far ends on an interval.</summary>
    public readonly bool IsAtInterval => guard.Taken == 0;

    /// <summary>Takes the next segment.</summary>
    /// <exception cref="ArgumentException">The metadata is too short for it.</exception>
    public void Add(ReadOnlySpan<byte> segment)
    {
        while (!segment.IsEmpty && guard.Take(format, ref segment))
        {
            Span<byte> own = T10Pi.MetadataOf(format, metadata, Intervals);
            ulong sum = guard.Finish(format, own);
            new PiTuple(sum, appTag, format.RefTagOf(seed, Intervals)).Write(format, own);
            Intervals++;
        }
    }
}
