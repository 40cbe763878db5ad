using System.Diagnostics;
using AioV2.Abi;

namespace AioV2.Kernel.Linux;

/// <summary>A context of the system's first AIO: io_setup(2) to io_destroy(2), reaped from the ring that it maps.</summary>
/// <remarks><code>
///  0    4    8      12     16      20       24         28             32            64
///  +----+----+------+------+-------+--------+----------+--------------+-------------+----
///  | id | nr | head | tail | magic | compat | incompat | header bytes | io_event 0  | …     struct aio_ring of fs/aio.c
///  +----+----+------+------+-------+--------+----------+--------------+-------------+----
///                                                                     io_event: u64 data, obj; s64 res, res2
/// </code>
/// Head and tail are places, below nr. The head is the reaper's to move, and moving it gives room back; so the system's own
/// libaio has reaped for many years. Any thread submits; <see cref="TryTake"/> is one thread's at a time.</remarks>
internal sealed unsafe class AioQueue : IAioQueue
{
    private const uint Magic = 0xa10a10a1;
    private const int NrWord = 1, HeadWord = 2, TailWord = 3, MagicWord = 4, HeaderBytesWord = 7;
    private const uint EventBytes = 32, HeaderBytes = 32;

    private readonly nint _context;
    private readonly uint* _ring;
    private readonly uint _places;

    private AioQueue(nint context)
    {
        _context = context;
        _ring = (uint*)context;
        _places = _ring[NrWord];
    }

    /// <summary>A queue for so many requests, or null where the system offers none, has no more of them, or its ring is another than is known here.</summary>
    public static AioQueue? TryCreate(uint requests)
    {
        nint context = 0;
        if (!BitConverter.IsLittleEndian || Libc.AioSetup(requests, &context) != 0)
        {
            return null;
        }

        var ring = (uint*)context;
        if (ring[MagicWord] == Magic && ring[HeaderBytesWord] == HeaderBytes)
        {
            return new AioQueue(context);
        }

        _ = Libc.AioDestroy(context);
        return null;
    }

    /// <inheritdoc/>
    public int Submit(AioIocb** iocbs, int count) => Libc.AioSubmit(_context, count, iocbs);

    /// <inheritdoc/>
    public bool TryTake(out ulong data, out long result)
    {
        var head = _ring[HeadWord];

        // Pairs with the system's write barrier between an event and the tail that covers it.
        if (head == Volatile.Read(ref _ring[TailWord]))
        {
            data = 0;
            result = 0;
            return false;
        }

        Debug.Assert(head < _places, "only this side moves the head");
        var ended = (ulong*)((byte*)_ring + HeaderBytes + (head * EventBytes));
        data = ended[0];
        result = (long)ended[2];

        // Read before the place is given back.
        Volatile.Write(ref _ring[HeadWord], head + 1 == _places ? 0 : head + 1);
        return true;
    }

    /// <summary>Drops what has ended, in place of taking it. Any thread: those that meet here may set the head back a little, and what
    /// lies there again is dropped by the next.</summary>
    public void Drop() => Volatile.Write(ref _ring[HeadWord], Volatile.Read(ref _ring[TailWord]));

    /// <summary>Nothing may be in flight.</summary>
    public void Dispose() => _ = Libc.AioDestroy(_context);
}
