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
    /// <remarks>What is read of a record means nothing once another reaper has moved head (RING-4): it is tried again.</remarks>
    public int TakeOne(byte* to, int room, out RingAnomaly anomaly) => TakeOne(to, room, out anomaly, out _);

    /// <summary>The same, and tells what the reaper saw.</summary>
    public int TakeOne(byte* to, int room, out RingAnomaly anomaly, out RingSight sight)
    {
        while (true)
        {
            // RING-8: head, then flags, then tail, each an acquire.
            ulong head = Head;
            uint flags = Flags;
            ulong tail = Tail;
            sight = new RingSight(head, head, flags);
            if (head == tail)
            {
                anomaly = RingAnomaly.None;
                return 0;
            }

            ulong next = Read(head, tail, to, room, out int bytes, out anomaly);
            sight = sight with { Next = next };

            // Release: the copy is made before head says that its bytes are the kernel's again.
            bool first = anomaly == RingAnomaly.None
                ? Interlocked.CompareExchange(ref *(ulong*)(map + userOffset), next, head) == head
                : Head == head;
            if (first)
            {
                return bytes;
            }
        }
    }

    private ulong Read(ulong head, ulong tail, byte* to, int room, out int bytes, out RingAnomaly anomaly)
    {
        (anomaly, bytes) = (RingAnomaly.None, 0);
        if (tail - head > ringBytes || (head | tail) % 8 != 0)
        {
            anomaly = RingAnomaly.Positions;
            return head;
        }

        ulong at = head;
        byte* record = map + dataOffset + (at & (ringBytes - 1));
        if ((*(ushort*)(record + 4) & Aio2EventFlags.Pad) != 0)
        {
            ulong end = (at | (ringBytes - 1)) + 1;
            if (*(uint*)record != end - at || end >= tail)
            {
                anomaly = RingAnomaly.Pad;
                return head;
            }

            at = end;
            record = map + dataOffset;
        }

        uint said = *(uint*)record;
        ulong toEnd = ringBytes - (at & (ringBytes - 1));
        if (said < IoEvent2.SizeOf || said % 8 != 0 || said > toEnd || said > tail - at || said > room)
        {
            anomaly = RingAnomaly.Framing;
            return head;
        }

        Buffer.MemoryCopy(record, to, room, said);
        bytes = (int)said;
        return at + said;
    }
}
