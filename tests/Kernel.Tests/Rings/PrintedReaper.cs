using AioV2.Abi;

namespace AioV2.Kernel.Tests.Rings;

/// <summary>The reaper's loop as <c>io_setup2.md</c> prints it.</summary>
internal static unsafe class PrintedReaper
{
    // Returns the bytes of one event, 0: none, -1: call io_getevents2.
    public static long Reap(Aio2RingUser* u, Aio2Ring* k, byte* data, ulong ringBytes, Span<byte> to)
    {
        const uint Ask = Aio2RingFlags.Overflow | Aio2RingFlags.Moved | Aio2RingFlags.Corrupt | Aio2RingFlags.Dead;
        while (true)
        {
            var head = Volatile.Read(ref u->Head);                      // 1
            var flags = Volatile.Read(ref k->Flags);                    // 2
            var tail = Volatile.Read(ref k->Tail);                      // 3
            if (head == tail)
            {
                return (flags & Ask) != 0 ? -1 : 0;
            }

            IoEvent2 e;
            ulong skip = 0, at = head & (ringBytes - 1), left = ringBytes - at;
            *(ulong*)&e = Volatile.Read(ref *(ulong*)(data + at));      // a PAD has no more
            if ((e.Flags & Aio2EventFlags.Pad) != 0)
            {
                (skip, at, left) = (left, 0, ringBytes);
                *(ulong*)&e = Volatile.Read(ref *(ulong*)data);
            }

            if (e.Bytes < IoEvent2.SizeOf || e.Bytes % 8 != 0 || e.Bytes > left || skip + e.Bytes > tail - head)
            {
                continue;                                               // torn: head has moved
            }

            if (e.Bytes > to.Length)
            {
                return -1;
            }

            new ReadOnlySpan<byte>(data + at, (int)e.Bytes).CopyTo(to);
            if (Interlocked.CompareExchange(ref u->Head, head + skip + e.Bytes, head) == head)
            {
                return e.Bytes;
            }
        }
    }
}
