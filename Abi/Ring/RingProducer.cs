using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AioV2.Abi.Ring;

/// <summary>The side that writes records: the kernel, or any one party (RING-12).</summary>
/// <remarks>
/// <para>Trusts nothing that the other side can write (RING-5): tail, flags, sizes and the largest valid head are its own, and
/// <c>head</c> is loaded once for each decision. An invalid head makes the ring CORRUPT for good.</para>
/// <para>Records are reserved and filled, then published together by one store of <c>tail</c>:</para>
/// <code>
///         head          tail (published)     reserved
///  -------+-------------+--------------------+------------------
///   free  | the reaper's| filled, not seen   | free up to head + RingBytes
/// </code>
/// <para>One thread at a time (the kernel: under the context's lock).</para>
/// </remarks>
public sealed unsafe class RingProducer
{
    private readonly Aio2Ring* _header;
    private readonly Aio2RingUser* _user;
    private readonly RingData _data;
    private readonly uint _maxRecordBytes;
    private ProducedPosition _own;
    private ulong _limit;
    private ulong _head;
    private ulong _taken;
    private uint _flags;

    // In debug builds alone, for ClearOverflow to check.
    private ulong _published;
    private ulong _overflowEvents;
    private ulong _overflowEpisodes;

    /// <summary>Takes over a ring that <see cref="RingHeader.Format"/> has just made, before the other side can see it.</summary>
    /// <param name="map">The producer's own mapping of the ring.</param>
    /// <param name="layout">Its layout.</param>
    /// <remarks>Reads the header. In memory that the other side can already write, use <see cref="Create"/>.</remarks>
    public RingProducer(byte* map, in RingLayout layout)
        : this(map, layout, ((Aio2Ring*)map)->MaxEventBytes, ((Aio2Ring*)map)->Start, ((Aio2Ring*)map)->Flags)
    {
    }

    private RingProducer(byte* map, in RingLayout layout, uint maxEventBytes, ulong start, uint flags)
    {
        _header = (Aio2Ring*)map;
        _user = (Aio2RingUser*)(map + layout.UserOffset);
        _data = new RingData(map + layout.DataOffset, layout.RingBytes);
        _maxRecordBytes = maxEventBytes;
        _flags = flags;
        _own.Reserved = _head = start;
        _limit = _head + layout.RingBytes;
        NotePublished();
    }

    /// <summary>Makes a ring and its producer, which keeps what it was given and reads nothing back (RING-5).</summary>
    /// <inheritdoc cref="RingHeader.Format"/>
    public static RingProducer Create(
        byte* map, in RingLayout layout, uint maxEventBytes, uint ctx = 0, uint generation = 0, ulong start = 0, uint flags = 0)
    {
        RingHeader.Format(map, layout, maxEventBytes, ctx, generation, start, flags);
        return new RingProducer(map, layout, maxEventBytes, start, flags);
    }

    /// <summary>Takes the overflow counters of the ring that this one replaces over, so that they run on like the positions (RING-11).</summary>
    public void CountOn(RingProducer replaced)
    {
        Volatile.Write(ref _header->OverflowEvents, _overflowEvents = replaced._overflowEvents);
        Volatile.Write(ref _header->OverflowEpisodes, _overflowEpisodes = replaced._overflowEpisodes);
    }

    /// <summary>Position behind the newest record, which is published, or will be by the next <see cref="Publish"/>.</summary>
    public ulong Tail => _own.Reserved;

    /// <summary>The largest valid head seen.</summary>
    public ulong Head => _head;

    /// <summary>What stands in <c>flags</c> (<see cref="Aio2RingFlags"/>).</summary>
    public uint Flags => _flags;

    /// <summary>Bytes of the data area.</summary>
    public uint RingBytes => _data.RingBytes;

    /// <summary>Largest record that is taken, bytes.</summary>
    public uint MaxRecordBytes => _maxRecordBytes;

    /// <summary>Whether an invalid head was seen (RING-5).</summary>
    public bool IsCorrupt => (_flags & Aio2RingFlags.Corrupt) != 0;

    /// <summary>Whether the other side has taken everything published, as far as was seen.</summary>
    public bool SeenEmpty => _head == _own.Reserved;

    /// <summary>Records that have gone by the overflow list.</summary>
    public ulong OverflowEvents => _overflowEvents;

    /// <summary>Times that OVERFLOW was set.</summary>
    public ulong OverflowEpisodes => _overflowEpisodes;

    /// <summary>The other side's hints (<see cref="Aio2User"/>), after a full fence (RING-10).</summary>
    public uint LoadUserFlags()
    {
        // Publish, fence, load: pairs with the reaper's clear, fence, test of RING-8.
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _user->UserFlags);
    }

    /// <summary>Loads <c>head</c> once and judges it: a multiple of 8 in [largest seen, tail] (RING-5).</summary>
    /// <returns>False if the ring is corrupt, now or since before.</returns>
    public bool Observe()
    {
        if (IsCorrupt)
        {
            return false;
        }

        // What was reserved was decided on a valid head; nothing is put there once a head was invalid.
        Publish();

        // What this side took by TryTake was seen as well. Loaded before head, which that moved first: never ahead of it.
        ulong seen = Math.Max(_head, Volatile.Read(ref _taken));

        // Acquire: the reaper has copied what lies below before we overwrite it. Pairs with the
        // compare-and-swap, or the store-release, of head in RingReaper.
        ulong head = Volatile.Read(ref _user->Head);
        if (head % Aio2.Align != 0 || head - seen > _own.Reserved - seen)
        {
            MarkCorrupt();
            return false;
        }

        _head = head;
        _limit = head + _data.RingBytes;
        return true;
    }

    /// <summary>Finds room for a record, its PAD included, behind those already reserved.</summary>
    /// <param name="bytes">Size of the record: a multiple of 8 from 8 to <see cref="MaxRecordBytes"/>.</param>
    /// <param name="place">Where to write it, 8-byte aligned and contiguous.</param>
    /// <returns>False if there is no room, or the ring is corrupt; everything reserved before is then published.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReserve(uint bytes, out byte* place)
    {
        Debug.Assert(bytes >= RingData.HeadBytes && bytes % Aio2.Align == 0 && bytes <= _maxRecordBytes, "a record's size");
        ulong reserved = _own.Reserved;
        uint index = _data.IndexOf(reserved);
        if (bytes <= _data.RingBytes - index && bytes <= _limit - reserved && (_flags & Aio2RingFlags.Corrupt) == 0)
        {
            place = _data.Start + index;
            _own.Reserved = reserved + bytes;
            return true;
        }

        // The place as what is returned: no address of the caller's locals is taken, and they stay in registers.
        place = ReserveSlowly(bytes);
        return place != null;
    }

    /// <summary>Finds room for records of one size side by side, behind those already reserved: how many there is room for in one
    /// piece, at most as many as are wanted. Fewer may mean the ring's end; only 0 says that there is no room, or that the ring is corrupt.</summary>
    /// <inheritdoc cref="TryReserve"/>
    public int ReserveRun(uint bytes, int count, out byte* place)
    {
        uint index = _data.IndexOf(_own.Reserved);
        ulong room = Math.Min(_data.RingBytes - index, _limit - _own.Reserved) / bytes;
        if (room == 0 || IsCorrupt)
        {
            return TryReserve(bytes, out place) ? 1 : 0;
        }

        place = _data.Start + index;
        count = (int)Math.Min(room, (ulong)count);
        _own.Reserved += bytes * (uint)count;
        return count;
    }

    /// <summary>Reserves room for a record and copies it there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryStage(ReadOnlySpan<byte> record)
    {
        if (!TryReserve((uint)record.Length, out byte* place))
        {
            return false;
        }

        record.CopyTo(new Span<byte>(place, record.Length));
        return true;
    }

    /// <summary>Writes one record and publishes it.</summary>
    public bool TryWrite(ReadOnlySpan<byte> record)
    {
        bool written = TryStage(record);
        Publish();
        return written;
    }

    /// <summary>Publishes all that was reserved, by one store of <c>tail</c>.</summary>
    /// <remarks>The store is made where nothing is new, too: what is published need not be kept, and that was one store more for each record,
    /// to another line, which waits with all behind it for a line that the reaper has.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish()
    {
        // Release: the records, and a PAD, are visible before the tail that covers them. Pairs with
        // the acquire of tail in RingReaper.Look.
        Volatile.Write(ref _header->Tail, _own.Reserved);
        NotePublished();
    }

    /// <summary>Says that events wait on the list, and counts them (RING-7). The list holds them already.</summary>
    public void RaiseOverflow(uint events = 1)
    {
        Volatile.Write(ref _header->OverflowEvents, _overflowEvents += events);
        if ((_flags & Aio2RingFlags.Overflow) == 0)
        {
            Volatile.Write(ref _header->OverflowEpisodes, ++_overflowEpisodes);
            SetFlags(Aio2RingFlags.Overflow);
        }
    }

    /// <summary>Says that the list is empty. The tail that covers what was drained is published already.</summary>
    public void ClearOverflow()
    {
        Debug.Assert(_published == _own.Reserved, "drained records are published before the flag falls");
        if ((_flags & Aio2RingFlags.Overflow) != 0)
        {
            // Release: whoever sees the flag down sees the tail that covers the last drained record.
            // Pairs with the acquire of flags, before that of tail, in RingReaper.Look.
            Volatile.Write(ref _header->Flags, _flags &= ~Aio2RingFlags.Overflow);
        }
    }

    /// <summary>Sets flags that stay, such as MOVED or DEAD.</summary>
    public void SetFlags(uint flags)
    {
        // Release: for OVERFLOW this store completes the event. Pairs with the acquire of flags in RingReaper.Look.
        Volatile.Write(ref _header->Flags, _flags |= flags);
    }

    /// <summary>Stops using the ring: what it holds counts as delivered (RING-5).</summary>
    public void MarkCorrupt()
    {
        Publish();
        SetFlags(Aio2RingFlags.Corrupt);
    }

    /// <summary>Collects whole records for the producer's own reaping, bounded by its private tail (GET-5).</summary>
    /// <param name="room">Bytes that the caller can take.</param>
    /// <param name="claim">The records. Copy them, then <see cref="TryTake"/>.</param>
    /// <returns>Event, Empty, TooSmall (GET-3), or Corrupt.</returns>
    /// <remarks>Of each record only <c>bytes</c> and the PAD flag are read back, once, and bounded by tail and the ring's end.
    /// A size that makes no sense can only come from the other side's writing into its own ring: CORRUPT.</remarks>
    public RingStatus Collect(int room, out RingClaim claim)
    {
        while (Observe())
        {
            if (_head == _own.Reserved)
            {
                claim = default;
                return RingStatus.Empty;
            }

            ulong head = _head;
            RingStatus status = _data.Collect(head, _own.Reserved, room, out claim);
            if (status != RingStatus.Corrupt)
            {
                return status;
            }

            // Nobody overwrites but this producer, so the bytes at head are what they were, whoever reaped meanwhile.
            MarkCorrupt();
        }

        claim = default;
        return RingStatus.Corrupt;
    }

    /// <summary>Takes what was collected and copied, if nobody else has (RING-4). May run without the producer's lock.</summary>
    public bool TryTake(in RingClaim claim)
    {
        // A full fence: the copy is done before head moves. Pairs with the acquire of head in Observe.
        if (Interlocked.CompareExchange(ref _user->Head, claim.Next, claim.Head) != claim.Head)
        {
            return false;
        }

        // Else a head moved back behind it would be taken for valid, and its records would be given twice (RING-5).
        ulong taken = Volatile.Read(ref _taken);
        while (taken < claim.Next)
        {
            ulong found = Interlocked.CompareExchange(ref _taken, claim.Next, taken);
            if (found == taken)
            {
                break;
            }

            taken = found;
        }

        return true;
    }

    [Conditional("DEBUG")]
    private void NotePublished() => _published = _own.Reserved;

    // No room by the last head seen, or the end of the data area is near. Null: there is none.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* ReserveSlowly(uint bytes)
    {
        if (bytes > _maxRecordBytes)
        {
            Publish();
            return null;
        }

        uint index = _data.IndexOf(_own.Reserved);
        uint toEnd = _data.RingBytes - index;
        uint pad = bytes <= toEnd ? 0 : toEnd;

        // PAD and record need room together (RING-3). One new load of head, then the decision stands.
        if (IsCorrupt || (pad + bytes > _limit - _own.Reserved && (!Observe() || pad + bytes > _limit - _own.Reserved)))
        {
            return null;
        }

        if (pad != 0)
        {
            *(uint*)(_data.Start + index) = pad;
            *(uint*)(_data.Start + index + IoEvent2.At.Flags) = Aio2EventFlags.Pad;
            _own.Reserved += pad;
            index = 0;
        }

        _own.Reserved += bytes;
        return _data.Start + index;
    }
}
