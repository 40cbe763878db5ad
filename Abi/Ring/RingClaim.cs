namespace AioV2.Abi.Ring;

/// <summary>Whole records between two positions of a ring, in one or two pieces, without PADs.</summary>
/// <remarks><code>
///  data area:   | Second ... |  free or later records  | First ... | PAD |
///               0                                      head              RingBytes
/// </code>What it points to means nothing until <c>head</c> was moved from <see cref="Head"/> to <see cref="Next"/> (RING-4).</remarks>
public unsafe struct RingClaim
{
    /// <summary>Position of the first record.</summary>
    public ulong Head { get; internal set; }

    /// <summary>Position behind the last record.</summary>
    public ulong Next { get; internal set; }

    /// <summary>The first piece.</summary>
    public byte* First { get; internal set; }

    /// <summary>Bytes of the first piece.</summary>
    public int FirstBytes { get; internal set; }

    /// <summary>The second piece, at the start of the data area, if there is one.</summary>
    public byte* Second { get; internal set; }

    /// <summary>Bytes of the second piece.</summary>
    public int SecondBytes { get; internal set; }

    /// <summary>Whether the walk ended because the next record did not fit in the room given (GET-1).</summary>
    public bool NextDoesNotFit { get; internal set; }

    /// <summary>Bytes of both pieces.</summary>
    public readonly int Bytes => FirstBytes + SecondBytes;

    /// <summary>Copies both pieces.</summary>
    public readonly void CopyTo(Span<byte> destination)
    {
        new ReadOnlySpan<byte>(First, FirstBytes).CopyTo(destination);
        if (SecondBytes != 0)
        {
            new ReadOnlySpan<byte>(Second, SecondBytes).CopyTo(destination.Slice(FirstBytes));
        }
    }
}
