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
        uint toEnd = RingBytes - index;
        record = Start + index;
        pad = 0;
        if (LoadHead(record, out bytes))
        {
            // No address is taken of these: they stay in registers.
            bytes = SizeBehindPad(Start, RingBytes, bytes, tail - head, toEnd);
            record = Start;
            pad = toEnd;
            return bytes != 0;
        }

        return IsBounded(bytes, tail - head, toEnd);
    }

    /// <summary>Whether a whole record stands at a place behind which <paramref name="left"/> bytes are published, before the ring's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsRecord(byte* place, uint left, out uint bytes)
    {
        bytes = 0;
        return left != 0 && !LoadHead(place, out bytes) && IsBounded(bytes, left, left);
    }

    /// <summary>Whether nothing, or a PAD, goes up to the ring's end, <paramref name="left"/> bytes away.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsEnd(byte* place, uint left) => left == 0 || (LoadHead(place, out uint pad) && pad == left);

    /// <summary>Collects whole records from <paramref name="head"/> on, up to <paramref name="room"/> bytes.</summary>
    public RingStatus Collect(ulong head, ulong tail, int room, out RingClaim claim)
    {
        Debug.Assert(tail - head - 1 < RingBytes, "positions are valid");
        uint index = IndexOf(head), toEnd = RingBytes - index, published = (uint)(tail - head);
        byte* first = Start + index;
        RunEnd end = RunOf(first, Math.Min(published, toEnd), (uint)room, out uint firstBytes);
        uint pad = toEnd - firstBytes, secondBytes = 0;
        if (published > toEnd && end is (RunEnd.All or RunEnd.Pad))
        {
            end = RunOf(Start, published - toEnd, (uint)room - firstBytes, out secondBytes);
        }

        bool padOnly = firstBytes == 0;
        claim = new RingClaim
        {
            Head = head,
            Next = head + firstBytes + (secondBytes != 0 ? pad + secondBytes : 0),
            First = padOnly ? Start : first,
            FirstBytes = (int)(padOnly ? secondBytes : firstBytes),
            Second = Start,
            SecondBytes = (int)(padOnly ? 0 : secondBytes),
            NextDoesNotFit = end == RunEnd.NoRoom,
        };

        // What stands before a record that does not fit, or makes no sense, can be had.
        return claim.FirstBytes != 0 ? RingStatus.Event : end == RunEnd.NoRoom ? RingStatus.TooSmall : RingStatus.Corrupt;
    }

    /// <summary>Counts the bytes of the whole records that stand side by side.</summary>
    /// <remarks>A record whose head is that of the one before needs no second judgement; and its size is then known before it is
    /// loaded, so that the loop does not wait for one load after the other: a third of the time, where records are alike.</remarks>
    private static RunEnd RunOf(byte* from, uint published, uint room, out uint bytes)
    {
        uint limit = Math.Min(published, room), at = 0, size = 0;
        ulong head = 0, known = 0;
        while (at != limit)
        {
            head = *(ulong*)(from + at);
            if (head != known)
            {
                if (IsPad(head, out size) || size < HeadBytes || size % Aio2.Align != 0)
                {
                    break;
                }

                known = head;
            }

            // Also where size is still 0: nothing was compared with that head.
            if (size - 1 > limit - at - 1)
            {
                break;
            }

            at += size;
        }

        bytes = at;
        return at == published ? RunEnd.All : WhyEnded(at == limit ? *(ulong*)(from + at) : head, published - at);
    }

    // By the head of the first record that was not taken.
    private static RunEnd WhyEnded(ulong head, uint published)
    {
        if (IsPad(head, out uint bytes))
        {
            return bytes == published ? RunEnd.Pad : RunEnd.Corrupt;
        }

        return IsBounded(bytes, published, published) ? RunEnd.NoRoom : RunEnd.Corrupt;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBounded(uint bytes, ulong published, uint toEnd) =>
        bytes >= HeadBytes && bytes % Aio2.Align == 0 && bytes <= published && bytes <= toEnd;

    // A PAD goes up to the end exactly, and the record that needed it stands at the start (RING-3). 0: that is not so.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint SizeBehindPad(byte* start, uint ringBytes, uint pad, ulong published, uint toEnd) =>
        pad == toEnd && published > pad && !LoadHead(start, out uint bytes) && IsBounded(bytes, published - pad, ringBytes) ? bytes : 0;

    // Size and PAD by one load: shared memory may change under a second one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool LoadHead(byte* record, out uint bytes) => IsPad(*(ulong*)record, out bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPad(ulong head, out uint bytes)
    {
        if (BitConverter.IsLittleEndian)
        {
            bytes = (uint)head;
            return (head & (ulong)Aio2EventFlags.Pad << 32) != 0;
        }

        bytes = (uint)(head >> 32);
        return (head & (ulong)Aio2EventFlags.Pad << 16) != 0;
    }

    // Why a run of records ended.
    private enum RunEnd
    {
        All,
        Pad,
        NoRoom,
        Corrupt,
    }
}
