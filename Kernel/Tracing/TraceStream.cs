using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tracing;

/// <summary>What one context (or the calls without one) has to tell, on its way to the writer: a ring of entries in native memory.</summary>
/// <remarks><code>
///  0       4      5        8              8+8n                                  bytes
///  +-------+------+--------+--------------+------------------+--------------~
///  | bytes | kind | direct | n numbers …  | u32 length, u32 0 | bytes, padded …      one after the other
///  +-------+------+--------+--------------+------------------+--------------~
/// </code>
/// <para>An entry is written between <see cref="Begin"/> and <see cref="End"/>, under a lock of the stream's own: no other context
/// can be kept waiting by it. The writer takes without that lock. Where it is too far behind, entries are counted and not kept:
/// recording never waits. A long run of bytes goes by reference (<c>direct</c> is 1: an address in the place of the bytes).</para></remarks>
internal sealed unsafe class TraceStream
{
    /// <summary>Size of the ring.</summary>
    public const int Bytes = 1 << 20;

    /// <summary>Behind a loss nothing is kept until the writer has taken all and so long has passed: windows are whole, what is dropped costs
    /// next to nothing, and who is faster than any file spends a small part of the time on what is kept.</summary>
    public const int RestMs = 40;

    /// <summary>Longer runs of bytes go by reference.</summary>
    private const int DirectBytes = Bytes / 8;

    private const int HeadBytes = sizeof(ulong);
    private const int WakeAt = Bytes / 2;
    private const int TakenAtOnce = Bytes / 16;
    private const byte Skip = byte.MaxValue;

    private static readonly int[] NumbersOf = [.. Aio2TraceSchema.Records.Select(r => r.Fields.Count(f => f.Type is "u64" or "s64"))];

    [ThreadStatic]
    private static uint thread;

    private readonly KernelTrace _trace;
    private readonly uint _ctx;
    private byte* _start;
    private int _gate;
    private bool _closed, _behind;
    private ulong _tail, _published, _head, _headSeen, _lost, _missed, _told;
    private byte* _entry;
    private long? _resting;

    public TraceStream(KernelTrace trace, uint ctx) => (_trace, _ctx) = (trace, ctx);

    /// <summary>The calling thread's id.</summary>
    public static ulong Thread
    {
        get
        {
            if (thread == 0)
            {
                thread = (uint)Libc.GetTid();
            }

            return thread;
        }
    }

    /// <summary>Whether nothing is taken any more.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Entries that were not kept. Final once the stream is closed.</summary>
    public ulong Lost => Volatile.Read(ref _lost) + Volatile.Read(ref _missed);

    /// <summary>Whether the writer follows, so that it is worth while to begin an entry.</summary>
    public bool Follows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !Volatile.Read(ref _behind);
    }

    /// <summary>So many entries were not begun, since the writer does not follow.</summary>
    public void Miss(uint entries) => Interlocked.Add(ref _lost, entries);

    /// <summary>As <see cref="Miss"/>, for callers who exclude each other: the context, under its lock.</summary>
    public void MissLocked(uint entries) => Volatile.Write(ref _missed, _missed + entries);

    /// <summary>Begins an entry of a kind: the place of its numbers, or null where it is not kept. Only then no
    /// <see cref="End"/> follows.</summary>
    /// <param name="kind">One of <see cref="Aio2TraceKind"/>.</param>
    /// <param name="time">Now.</param>
    /// <param name="blobBytes">What <see cref="RoomFor"/> says of each run of bytes.</param>
    public ulong* Begin(int kind, long time, int blobBytes = 0)
    {
        while (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
        {
            default(SpinWait).SpinOnce();
        }

        if (_closed || !Follows || (Lost != _told && !TryTellLost(time)) || !TryReserve(kind, blobBytes))
        {
            Miss(_closed ? 0u : 1u);
            Volatile.Write(ref _gate, 0);
            return null;
        }

        return (ulong*)(_entry + HeadBytes);
    }

    /// <summary>Puts a run of bytes behind the numbers, or behind the run before it.</summary>
    /// <returns>Where the next one goes.</returns>
    public byte* Append(byte* at, void* bytes, int length)
    {
        *(ulong*)at = (uint)length;
        at += HeadBytes;
        if (length <= DirectBytes)
        {
            Unsafe.CopyBlockUnaligned(at, bytes, (uint)length);
            return at + ((length + 7) & ~7);
        }

        // Freed by the writer.
        _entry[5] = 1;
        var copy = NativeMemory.Alloc((nuint)length);
        NativeMemory.Copy(bytes, copy, (nuint)length);
        *(ulong*)at = (ulong)copy;
        return at + HeadBytes;
    }

    /// <summary>Puts a run of bytes that lies in two places behind the numbers.</summary>
    public void Append(byte* at, byte* first, int firstBytes, byte* second, int secondBytes)
    {
        var length = firstBytes + secondBytes;
        *(ulong*)at = (uint)length;
        at += HeadBytes;
        var to = at;
        if (length > DirectBytes)
        {
            _entry[5] = 1;
            to = (byte*)NativeMemory.Alloc((nuint)length);
            *(ulong*)at = (ulong)to;
        }

        Unsafe.CopyBlockUnaligned(to, first, (uint)firstBytes);
        Unsafe.CopyBlockUnaligned(to + firstBytes, second, (uint)secondBytes);
    }

    /// <summary>Numbers of a kind.</summary>
    public static int Numbers(int kind) => NumbersOf[kind];

    /// <summary>Where the first run of bytes of an entry goes.</summary>
    public static byte* Blobs(ulong* numbers, int kind) => (byte*)(numbers + NumbersOf[kind]);

    /// <summary>Bytes of an entry that a run of so many bytes takes.</summary>
    public static int RoomFor(long length) => HeadBytes + (length <= DirectBytes ? (int)(length + 7) & ~7 : HeadBytes);

    /// <summary>Gives the entry to the writer.</summary>
    public void End()
    {
        // Release: the entry is whole before the position that covers it. Pairs with the acquire in Drain.
        Volatile.Write(ref _published, _tail);
        var isMuch = _tail - _headSeen > WakeAt;
        Volatile.Write(ref _gate, 0);
        if (isMuch)
        {
            _trace.Wake();
        }
    }

    /// <summary>No entry is taken any more; what there is stays until it is drained.</summary>
    public void Close()
    {
        while (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
        {
            default(SpinWait).SpinOnce();
        }

        _closed = true;
        Volatile.Write(ref _gate, 0);
    }

    /// <summary>The writer: hands out every entry that is there. False: the stream is closed, and its memory is freed.</summary>
    public bool Drain(TraceSink sink)
    {
        var isClosed = Volatile.Read(ref _closed);

        // Acquire: pairs with the release in End. Behind the closing, so that a closed stream is drained to its end.
        var end = Volatile.Read(ref _published);
        for (var head = _head; head != end;)
        {
            var entry = _start + (head & (Bytes - 1));
            var bytes = *(uint*)entry;
            var kind = entry[4];
            if (kind != Skip)
            {
                Take(sink, entry, (int)bytes, kind, entry[5] != 0);
            }

            head += bytes;
            if (head == end || head - _head >= TakenAtOnce)
            {
                // Release: the entries were read before their place is free. Pairs with the acquire in TryReserve.
                Volatile.Write(ref _head, head);
            }
        }

        if (isClosed)
        {
            NativeMemory.AlignedFree(_start);
            _start = null;
        }

        return !isClosed;
    }

    /// <summary>The writer, behind a drain: how many ms a stream that had been full goes on to drop. 0: it keeps what it is told.</summary>
    public int Rest(long nowMs)
    {
        if (!Volatile.Read(ref _behind))
        {
            return 0;
        }

        _resting ??= nowMs;
        var left = RestMs - (int)Math.Min(nowMs - _resting.Value, RestMs);
        if (left == 0)
        {
            _resting = null;

            // Release: behind the drain, so that who goes on finds the ring empty.
            Volatile.Write(ref _behind, false);
        }

        return left;
    }

    private static void Take(TraceSink sink, byte* entry, int bytes, int kind, bool isDirect)
    {
        var numbers = NumbersOf[kind];
        var at = HeadBytes + (numbers * sizeof(ulong));
        if (!isDirect)
        {
            sink.Write(kind, new ReadOnlySpan<ulong>(entry + HeadBytes, numbers), new ReadOnlySpan<byte>(entry + at, bytes - at));
            return;
        }

        var blobs = new ArrayBufferWriter<byte>(Bytes);
        while (at < bytes)
        {
            var length = *(int*)(entry + at);
            var copy = length <= DirectBytes ? entry + at + HeadBytes : (byte*)*(ulong*)(entry + at + HeadBytes);
            blobs.Write(new ReadOnlySpan<byte>(entry + at, HeadBytes));
            blobs.Write(new ReadOnlySpan<byte>(copy, length));
            blobs.GetSpan(HeadBytes)[..HeadBytes].Clear();
            blobs.Advance(-length & 7);
            if (length > DirectBytes)
            {
                NativeMemory.Free(copy);
            }

            at += RoomFor(length);
        }

        sink.Write(kind, new ReadOnlySpan<ulong>(entry + HeadBytes, numbers), blobs.WrittenSpan);
    }

    // Under the gate: an entry that says how many were lost before this one.
    private bool TryTellLost(long time)
    {
        if (!TryReserve(Aio2TraceKind.Lost, 0))
        {
            return false;
        }

        var numbers = (ulong*)(_entry + HeadBytes);
        numbers[Aio2TraceLost.Time] = (ulong)time;
        numbers[Aio2TraceLost.Ctx] = _ctx;
        var lost = Lost;
        numbers[Aio2TraceLost.Count] = lost - _told;
        _told = lost;
        return true;
    }

    private bool TryReserve(int kind, int blobBytes)
    {
        var bytes = (uint)(HeadBytes + (NumbersOf[kind] * sizeof(ulong)) + blobBytes);
        if (_start == null)
        {
            _start = (byte*)NativeMemory.AlignedAlloc(Bytes, 64);
        }

        var toEnd = Bytes - ((uint)_tail & (Bytes - 1));
        var need = bytes <= toEnd ? bytes : toEnd + bytes;
        if (_tail + need - _headSeen > Bytes)
        {
            // Acquire: pairs with the release in Drain.
            _headSeen = Volatile.Read(ref _head);
            if (_tail + need - _headSeen > Bytes)
            {
                Volatile.Write(ref _behind, true);
                _trace.Wake();
                return false;
            }
        }

        if (bytes > toEnd)
        {
            Head(toEnd, Skip);
            _tail += toEnd;
        }

        Head(bytes, (byte)kind);
        _entry = _start + (_tail & (Bytes - 1));
        _tail += bytes;
        return true;
    }

    private void Head(uint bytes, byte kind)
    {
        var at = _start + (_tail & (Bytes - 1));
        *(uint*)at = bytes;
        *(uint*)(at + sizeof(uint)) = kind;
    }
}
