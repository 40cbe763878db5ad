using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AioV2.Abi.Ring;

/// <summary>The data area of a ring, and how records are found in it (RING-2, RING-3).</summary>
/// <remarks>
/// The size is the owner's own copy: it is never read from shared memory again. A record is contiguous; one that would
/// straddle the end is preceded by a PAD of which only eight bytes exist.
/// </remarks>
internal readonly unsafe struct RingData(byte* data, uint ringBytes)
{
    /// <summary>Bytes of a record that always exist: <c>bytes</c> and <c>flags</c>.</summary>
    public const int HeadBytes = 8;

    /// <summary>Start of the data area.</summary>
    public readonly byte* Start = data;

    /// <summary>Bytes of the data area.</summary>
    public readonly uint RingBytes = ringBytes;

    /// <summary>The place of a position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint IndexOf(ulong position) => (uint)position & (RingBytes - 1);

    /// <summary>Finds the record at a position, stepping over a PAD.</summary>
    /// <param name="head">Where to look.</param>
    /// <param name="tail">End of what is published; more than <paramref name="head"/>, by at most the size of the ring.</param>
    /// <param name="record">The record.</param>
    /// <param name="bytes">Its size, read once; 0 if what stands there is no record.</param>
    /// <param name="pad">Bytes of the PAD before it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(ulong head, ulong tail, out byte* record, out uint bytes, out uint pad)
    {
        Debug.Assert(tail - head - 1 < RingBytes, "positions are valid");
        uint index = IndexOf(head);
        record = Start + index;

        pad = 0;
        if (LoadHead(record, out bytes))
        {
            // The rare way has locals of its own, and takes no address of these: they stay in registers.
            bool found = TryFindBehindPad(Start, RingBytes, bytes, tail - head, index, out uint behind);
            record = Start;
            pad = RingBytes - index;
            bytes = behind;
            return found;
        }

        return IsBounded(bytes, tail - head, RingBytes - index);
    }

    /// <summary>Collects whole records from <paramref name="head"/> on, up to <paramref name="room"/> bytes.</summary>
    public RingStatus Collect(ulong head, ulong tail, int room, out RingClaim claim)
    {
        byte* first = null;
        uint firstBytes = 0, secondBytes = 0, left = (uint)room;
        bool fits = true;
        RingStatus end = RingStatus.Event;
        ulong at = head;
        while (at != tail)
        {
            if (!TryFind(at, tail, out byte* record, out uint bytes, out uint pad))
            {
                end = RingStatus.Corrupt;
                break;
            }

            fits = bytes <= left;
            if (!fits)
            {
                end = RingStatus.TooSmall;
                break;
            }

            left -= bytes;
            if (first == null)
            {
                first = record;
                firstBytes = bytes;
            }
            else if (record == first + firstBytes)
            {
                firstBytes += bytes;
            }
            else
            {
                // Behind the end, at the start of the data area.
                secondBytes += bytes;
            }

            at += pad + bytes;
        }

        claim = new RingClaim
        {
            Head = head,
            Next = at,
            First = first,
            FirstBytes = (int)firstBytes,
            Second = Start,
            SecondBytes = (int)secondBytes,
            NextDoesNotFit = !fits,
        };

        // What stands before a record that does not fit, or makes no sense, can be had.
        return first != null ? RingStatus.Event : end;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBounded(uint bytes, ulong published, uint toEnd) =>
        bytes >= HeadBytes & bytes % Aio2.Align == 0 & bytes <= published & bytes <= toEnd;

    // A PAD goes up to the end exactly, and the record that needed it stands at the start (RING-3).
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryFindBehindPad(byte* start, uint ringBytes, uint pad, ulong published, uint index, out uint bytes)
    {
        bytes = 0;
        return pad == ringBytes - index && published > pad
            && !LoadHead(start, out bytes) && IsBounded(bytes, published - pad, ringBytes);
    }

    // Size and PAD by one load: shared memory may change under a second one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool LoadHead(byte* record, out uint bytes)
    {
        ulong head = *(ulong*)record;
        if (BitConverter.IsLittleEndian)
        {
            bytes = (uint)head;
            return (head & (ulong)Aio2EventFlags.Pad << 32) != 0;
        }

        bytes = (uint)(head >> 32);
        return (head & (ulong)Aio2EventFlags.Pad << 16) != 0;
    }
}
