using AioV2.Abi;
using AioV2.Conformance.Journal;

namespace AioV2.Conformance.Run;

/// <summary>A reaper of its own over a ring's memory, written from RING-1…4 and RING-8 alone, which reports what no ring may show.</summary>
internal readonly unsafe struct UserRing(byte* map, uint userOffset, uint dataOffset, uint ringBytes)
{
    public bool Exists => map != null;

    public ulong Head => Volatile.Read(ref *(ulong*)(map + userOffset));

    public uint Flags => Volatile.Read(ref *(uint*)(map + Aio2Ring.At.Flags));

    public ulong Tail => Volatile.Read(ref *(ulong*)(map + Aio2Ring.At.Tail));

    /// <summary>Takes one event into <paramref name="to"/>; returns its bytes, or 0 where the ring is empty.</summary>
    public int TakeOne(byte* to, int room, out RingAnomaly anomaly)
    {
        // RING-8: head, then flags, then tail, each an acquire.
        ulong head = Head;
        _ = Flags;
        ulong tail = Tail;
        anomaly = RingAnomaly.None;
        if (head == tail)
        {
            return 0;
        }

        if (tail - head > ringBytes || (head | tail) % 8 != 0)
        {
            anomaly = RingAnomaly.Positions;
            return 0;
        }

        ulong at = head;
        byte* record = map + dataOffset + (at & (ringBytes - 1));
        if ((*(ushort*)(record + 4) & Aio2EventFlags.Pad) != 0)
        {
            ulong end = (at | (ringBytes - 1)) + 1;
            if (*(uint*)record != end - at || end >= tail)
            {
                anomaly = RingAnomaly.Pad;
                return 0;
            }

            at = end;
            record = map + dataOffset;
        }

        uint bytes = *(uint*)record;
        ulong toEnd = ringBytes - (at & (ringBytes - 1));
        if (bytes < IoEvent2.SizeOf || bytes % 8 != 0 || bytes > toEnd || bytes > tail - at || bytes > room)
        {
            anomaly = RingAnomaly.Framing;
            return 0;
        }

        Buffer.MemoryCopy(record, to, room, bytes);
        // Release: the copy is made before head says that its bytes are the kernel's again.
        return Interlocked.CompareExchange(ref *(ulong*)(map + userOffset), at + bytes, head) == head ? (int)bytes : TakeOne(to, room, out anomaly);
    }
}
