using AioV2.Abi;

namespace AioV2.Attributes.Pi;

/// <summary>Verifies a transfer whose data lies in segments, in order and of any size (PREADV, PWRITEV; ATTR-8).</summary>
public ref struct PiVerifier
{
    private readonly PiFormat format;
    private readonly ReadOnlySpan<byte> metadata;
    private readonly ushort checks;
    private readonly ulong seed;
    private readonly ushort appTag;
    private PiGuardSum guard;
    private Aio2RetPi mismatch;

    /// <param name="format">The format.</param>
    /// <param name="metadata">Metadata of the transfer.</param>
    /// <param name="checks">The checks to make, <see cref="Aio2PiFlags"/>.</param>
    /// <param name="seed">Reference tag of the first interval.</param>
    /// <param name="appTag">Application tag to expect.</param>
    /// <exception cref="ArgumentException">The format is the default one, which is none.</exception>
    public PiVerifier(PiFormat format, ReadOnlySpan<byte> metadata, ushort checks, ulong seed, ushort appTag)
    {
        T10Pi.RequireFormat(format);
        this.format = format;
        this.metadata = metadata;
        this.checks = checks;
        this.seed = seed;
        this.appTag = appTag;
    }

    /// <summary>Intervals that passed.</summary>
    public ulong Intervals { get; private set; }

    /// <summary>Whether the data so far ends on an interval.</summary>
    public readonly bool IsAtInterval => guard.Taken == 0;

    /// <summary>The first bad interval; its check is <see cref="Aio2PiCheck.None"/> while there is none.</summary>
    public readonly Aio2RetPi Mismatch => mismatch;

    /// <summary>Takes the next segment.</summary>
    /// <returns>False from the first bad interval on; nothing after it is looked at.</returns>
    /// <exception cref="ArgumentException">The metadata is too short for it.</exception>
    public bool Add(ReadOnlySpan<byte> segment)
    {
        while (mismatch.Check == Aio2PiCheck.None && !segment.IsEmpty && guard.Take(format, ref segment))
        {
            ReadOnlySpan<byte> own = T10Pi.MetadataOf(format, metadata, Intervals);
            ulong sum = guard.Finish(format, own);
            if (Passes(PiTuple.Read(format, own), sum))
            {
                Intervals++;
            }
        }

        return mismatch.Check == Aio2PiCheck.None;
    }

    // In the order of the numbers of Aio2PiCheck: the guard says whether the rest means anything.
    private bool Passes(PiTuple tuple, ulong sum)
    {
        if (tuple.IsEscape(format))
        {
            return true;
        }

        return Holds(Aio2PiFlags.CheckGuard, Aio2PiCheck.Guard, sum, tuple.Guard)
            && (format.Type == PiType.Type3
                || Holds(Aio2PiFlags.CheckReftag, Aio2PiCheck.Reftag, format.RefTagOf(seed, Intervals), tuple.RefTag))
            && Holds(Aio2PiFlags.CheckApptag, Aio2PiCheck.Apptag, appTag, tuple.AppTag);
    }

    private bool Holds(ushort flag, uint check, ulong expected, ulong found)
    {
        if ((checks & flag) == 0 || expected == found)
        {
            return true;
        }

        mismatch = new Aio2RetPi { Interval = Intervals, Check = check, Expected = expected, Found = found };
        return false;
    }
}
