using System.Runtime.CompilerServices;

namespace AioV2.Abi.Ring;

/// <summary>The side that takes records out of a ring, through its own mapping (RING-4, RING-8).</summary>
/// <remarks>
/// <para>Any number of threads may use one reaper, or reapers of their own, at once: records are copied, then claimed by a
/// compare-and-swap of <c>head</c>. With <see cref="IsSingle"/> the caller promises one thread at a time, calls included; then
/// <c>head</c> is moved by a store, and records can be looked at in place.</para>
/// <para>Only <c>head</c> is written. Loads are <see cref="Volatile"/>: an interlocked load would fault on the read-only pages.</para>
/// </remarks>
public sealed unsafe class RingReaper
{
    private readonly Aio2Ring* _header;
    private readonly Aio2RingUser* _user;
    private readonly RingData _data;

    // The newest tail that any thread has loaded: while head is below it, flags and tail need no look.
    private ReapedPositions _positions;

    private RingReaper(byte* map, in RingLayout layout, bool single)
    {
        _header = (Aio2Ring*)map;
        _user = (Aio2RingUser*)(map + layout.UserOffset);
        _data = new RingData(map + layout.DataOffset, layout.RingBytes);
        _positions.SeenTail = _header->Start;
        IsSingle = single;
        MaxEventBytes = _header->MaxEventBytes;
        Ctx = _header->Ctx;
        Generation = _header->Generation;
    }

    /// <summary>Whether <c>head</c> is moved by a plain store-release (<see cref="Aio2Setup.SingleReaper"/>).</summary>
    public bool IsSingle { get; }

    /// <summary>Largest record, bytes; a buffer of this size never meets <see cref="RingStatus.TooSmall"/>.</summary>
    public uint MaxEventBytes { get; }

    /// <summary>Bytes of the data area.</summary>
    public uint RingBytes => _data.RingBytes;

    /// <summary>The context's id, or 0.</summary>
    public uint Ctx { get; }

    /// <summary>How often the ring was moved before (RING-11).</summary>
    public uint Generation { get; }

    /// <summary><c>flags</c> as they are now (<see cref="Aio2RingFlags"/>).</summary>
    public uint Flags => Volatile.Read(ref _header->Flags);

    /// <summary>The header: constants and kernel line, read-only.</summary>
    public Aio2Ring* Header => _header;

    /// <summary>The user line: <c>head</c> and <c>user_flags</c>.</summary>
    public Aio2RingUser* User => _user;

    /// <summary>Judges a header and makes a reaper of it; a ring that is not understood is left alone (RING-1).</summary>
    /// <param name="map">Start of the mapping.</param>
    /// <param name="mapBytes">Bytes of the mapping, as known from elsewhere than the header.</param>
    /// <param name="single">The promise of <see cref="Aio2Setup.SingleReaper"/>.</param>
    /// <param name="reaper">The reaper, if the answer is Ok.</param>
    public static RingOpenStatus Open(byte* map, ulong mapBytes, bool single, out RingReaper? reaper)
    {
        reaper = null;
        if (mapBytes < Aio2Ring.SizeOf)
        {
            return RingOpenStatus.BadGeometry;
        }

        var header = (Aio2Ring*)map;

        // Acquire: the other constants come after. Pairs with the release of magic in RingHeader.Format.
        if (Volatile.Read(ref header->Magic) != Aio2.RingMagic)
        {
            return RingOpenStatus.BadMagic;
        }

        if (header->Version != Aio2.RingVersion)
        {
            return RingOpenStatus.BadVersion;
        }

        // No incompat bit is defined yet.
        if (header->Incompat != 0)
        {
            return RingOpenStatus.UnknownIncompat;
        }

        if (!RingLayout.TryRead(header, mapBytes, out RingLayout layout))
        {
            return RingOpenStatus.BadGeometry;
        }

        reaper = new RingReaper(map, layout, single);
        return RingOpenStatus.Ok;
    }

    /// <summary>Takes one record.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="bytes">Its size if there was one; what it needs if <see cref="RingStatus.TooSmall"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RingStatus TryRead(Span<byte> destination, out int bytes)
    {
        while (true)
        {
            RingStatus status = Look(out ulong head, out ulong tail);
            if (status != RingStatus.Event)
            {
                bytes = 0;
                return status;
            }

            bool sound = _data.TryFind(head, tail, out byte* record, out uint size, out uint pad);
            bytes = (int)size;
            if (sound && size <= (uint)destination.Length)
            {
                new ReadOnlySpan<byte>(record, bytes).CopyTo(destination);
                if (TryMove(head, head + pad + size))
                {
                    return RingStatus.Event;
                }
            }
            else if (IsStill(head))
            {
                bytes = sound ? bytes : 0;
                return sound ? RingStatus.TooSmall : RingStatus.Corrupt;
            }
        }
    }

    /// <summary>Takes as many whole records as there are and fit, by one move of <c>head</c>.</summary>
    /// <param name="destination">Where they go, one behind the other, without PADs: an <see cref="Codecs.EventRun"/>.</param>
    /// <param name="bytes">Bytes of them.</param>
    public RingStatus ReadBatch(Span<byte> destination, out int bytes)
    {
        bytes = 0;
        while (true)
        {
            // All that is there is wanted: the tail last seen would do for one record only.
            RingStatus status = LookAfresh(out ulong head, out ulong tail);
            if (status != RingStatus.Event)
            {
                return status;
            }

            status = _data.Collect(head, tail, destination.Length, out RingClaim claim);
            if (status == RingStatus.Event)
            {
                // Sizes were read before the copy: they are what counts, and they fit.
                claim.CopyTo(destination);
                if (TryMove(head, claim.Next))
                {
                    bytes = claim.Bytes;
                    return RingStatus.Event;
                }
            }
            else if (IsStill(head))
            {
                return status;
            }
        }
    }

    /// <summary>Looks at the next record in place; the only reaper there is, then calls <see cref="Advance"/>.</summary>
    /// <param name="record">The record in the ring: valid until <see cref="Advance"/>.</param>
    /// <exception cref="InvalidOperationException">The ring was not opened with the promise of a single reaper.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RingStatus TryPeek(out ReadOnlySpan<byte> record)
    {
        if (!IsSingle)
        {
            ThrowNotSingle();
        }

        RingStatus status = Look(out ulong head, out ulong tail);
        if (status == RingStatus.Event)
        {
            if (_data.TryFind(head, tail, out byte* place, out uint bytes, out uint pad))
            {
                record = new ReadOnlySpan<byte>(place, (int)bytes);
                _positions.Peeked = head + pad + bytes;
                return RingStatus.Event;
            }

            status = RingStatus.Corrupt;
        }

        record = default;
        return status;
    }

    /// <summary>Gives the place of the record last peeked back to the producer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance() =>
        // Release: what was read of the record comes before. Pairs with the acquire of head in RingProducer.Observe.
        Volatile.Write(ref _user->Head, _positions.Peeked);

    /// <summary>Looks at all records that there are in place; the cheapest way to reap.</summary>
    /// <exception cref="InvalidOperationException">The ring was not opened with the promise of a single reaper.</exception>
    public RingPeek PeekAll()
    {
        if (!IsSingle)
        {
            ThrowNotSingle();
        }

        RingStatus status = LookAfresh(out ulong head, out ulong tail);
        return new RingPeek(_data, &_user->Head, head, tail, status);
    }

    /// <summary>RING-8 alone: is there anything, or anything to ask the kernel for?</summary>
    public RingStatus Test() => Look(out _, out _);

    /// <summary>Where an event stands, or why there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RingStatus Look(out ulong head, out ulong tail)
    {
        // Acquire, and first of the three (RING-8). Pairs with the moves of head by other reapers and by the call.
        head = Volatile.Read(ref _user->Head);

        // Acquire: the thread that stored it had loaded tail with acquire, so the records below it are visible here too.
        // A head that the call moved beyond it makes the difference huge, and tail is loaded anew.
        tail = Volatile.Read(ref _positions.SeenTail);
        if (tail - head - 1 < _data.RingBytes)
        {
            return RingStatus.Event;
        }

        return LookAt(ref head, ref tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RingStatus LookAfresh(out ulong head, out ulong tail)
    {
        // As in Look.
        head = Volatile.Read(ref _user->Head);
        tail = 0;
        return LookAt(ref head, ref tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RingStatus LookAt(ref ulong head, ref ulong tail)
    {
        // Acquire, between head and tail: every other order is wrong (tests/model/ring8.pml). Pairs with the
        // stores of flags in RingProducer.
        uint flags = Volatile.Read(ref _header->Flags);

        // Acquire: pairs with the release of tail in RingProducer.Publish.
        tail = Volatile.Read(ref _header->Tail);
        if ((flags & ~Aio2RingFlags.Known) == 0 && tail - head - 1 < _data.RingBytes)
        {
            Volatile.Write(ref _positions.SeenTail, tail);
            return RingStatus.Event;
        }

        // No address of the caller's locals is taken: they stay in registers.
        RingStatus status = LookAgain(head, out ulong newerHead, out ulong newerTail);
        head = newerHead;
        tail = newerTail;
        return status;
    }

    // All three again: the rare cases, and a loop that other reapers and the producer can keep going only by getting on.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RingStatus LookAgain(ulong loadedHead, out ulong head, out ulong tail)
    {
        head = loadedHead;
        while (true)
        {
            // As in LookAt.
            uint flags = Volatile.Read(ref _header->Flags);
            tail = Volatile.Read(ref _header->Tail);
            if ((flags & ~Aio2RingFlags.Known) != 0)
            {
                return RingStatus.EnterKernel;
            }

            if (tail - head - 1 < _data.RingBytes)
            {
                Volatile.Write(ref _positions.SeenTail, tail);
                return RingStatus.Event;
            }

            if (tail == head)
            {
                return flags == 0 ? RingStatus.Empty : RingStatus.EnterKernel;
            }

            // Other reapers and the producer may have gone round since head was loaded; else it is invalid.
            ulong newer = Volatile.Read(ref _user->Head);
            if (newer == head)
            {
                return RingStatus.Corrupt;
            }

            head = newer;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryMove(ulong head, ulong next)
    {
        if (IsSingle)
        {
            // Release: the copy comes before. Pairs with the acquire of head in RingProducer.Observe.
            Volatile.Write(ref _user->Head, next);
            return true;
        }

        // A full fence: the copy comes before, and means something only if nobody has moved head since. Pairs
        // with the acquire of head in RingProducer.Observe; 64 bits of bytes leave no window for ABA (RING-2).
        return Interlocked.CompareExchange(ref _user->Head, next, head) == head;
    }

    // Whether what was just read lay at head all the time, and so was not being overwritten.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsStill(ulong head)
    {
        // The loads of the record before that of head; an acquire alone orders only what follows it.
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _user->Head) == head;
    }

    private static void ThrowNotSingle() =>
        throw new InvalidOperationException("records can be looked at in place only by a single reaper");
}
