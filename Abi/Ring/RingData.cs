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

        // Once each: shared memory may change under a second load.
        bytes = *(uint*)record;
        pad = 0;
        if ((*(ushort*)(record + IoEvent2.At.Flags) & Aio2EventFlags.Pad) != 0)
        {
            return TryFindBehindPad(head, tail, ref record, ref bytes, out pad);
        }

        return IsBounded(bytes, tail - head, RingBytes - index);
    }

    /// <summary>Collects whole records from <paramref name="head"/> on, up to <paramref name="room"/> bytes.</summary>
    public RingStatus Collect(ulong head, ulong tail, int room, out RingClaim claim)
    {
        claim = new RingClaim { Head = head, Next = head, Second = Start };
        bool wrapped = false;
        for (ulong at = head; at != tail;)
        {
            if (!TryFind(at, tail, out byte* record, out uint bytes, out uint pad))
            {
                // What stands before it is sound and can be had.
                return claim.Bytes != 0 ? RingStatus.Event : RingStatus.Corrupt;
            }

            if (bytes > (uint)(room - claim.Bytes))
            {
                claim.NextDoesNotFit = true;
                return claim.Bytes != 0 ? RingStatus.Event : RingStatus.TooSmall;
            }

            wrapped |= record == Start && at != head;
            if (wrapped)
            {
                claim.SecondBytes += (int)bytes;
            }
            else
            {
                claim.First = claim.FirstBytes == 0 ? record : claim.First;
                claim.FirstBytes += (int)bytes;
            }

            at += pad + bytes;
            claim.Next = at;
        }

        return RingStatus.Event;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBounded(uint bytes, ulong published, uint toEnd) =>
        bytes >= HeadBytes & bytes % Aio2.Align == 0 & bytes <= published & bytes <= toEnd;

    // A PAD goes up to the end exactly, and the record that needed it stands at the start (RING-3).
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFindBehindPad(ulong head, ulong tail, ref byte* record, ref uint bytes, out uint pad)
    {
        pad = RingBytes - IndexOf(head);
        if (bytes != pad || tail - head <= pad)
        {
            return false;
        }

        record = Start;
        bytes = *(uint*)record;
        return (*(ushort*)(record + IoEvent2.At.Flags) & Aio2EventFlags.Pad) == 0
            && IsBounded(bytes, tail - head - pad, RingBytes);
    }
}
