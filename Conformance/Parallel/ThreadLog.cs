using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Conformance.Linearize;

namespace AioV2.Conformance.Parallel;

/// <summary>Head of an operation in a log; events follow it.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LogHead
{
    public int Bytes;
    public OperationKind Kind;
    public byte Context;
    public byte Thread;
    public byte Events;
    public long Invoke;
    public long Return;
    public long Result;
    public long A;
    public long B;
    public long C;
    public long ElapsedNs;
}

/// <summary>What one thread of a round records, in memory that the judge shares: an operation stands there from before it is made.</summary>
/// <remarks>Stamps come from one counter by atomic increment, a full fence on both sides of the operation: what a
/// thread did before its return stamp is visible to whoever gets a later one.</remarks>
public sealed unsafe class ThreadLog
{
    /// <summary>Bytes of a log.</summary>
    public const int MostBytes = 128 << 10;

    private readonly byte* _base;
    private readonly byte _thread;
    private readonly long* _clock;
    private LogHead* _open;
    private long _entered;

    /// <summary>A log at a place, which is emptied.</summary>
    public ThreadLog(byte* at, int thread, long* clock)
    {
        _base = at;
        _thread = (byte)thread;
        _clock = clock;
        Clear();
    }

    /// <summary>Bytes recorded.</summary>
    public int Length { get; private set; }

    /// <summary>What is recorded.</summary>
    public ReadOnlySpan<byte> Bytes => new(_base, Length);

    /// <summary>The operations recorded.</summary>
    public List<Operation> Operations() => Read(_base, Length);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Length = 0;
        *(int*)_base = 0;
    }

    /// <summary>An operation begins now.</summary>
    public void Begin(OperationKind kind, int context, long a = 0, long b = 0, long c = 0)
    {
        if (Length + (4 * sizeof(LogHead)) + (256 * sizeof(OperationEvent)) > MostBytes)
        {
            throw new InvalidOperationException("a round's operations do not fit their log");
        }

        _open = (LogHead*)(_base + Length);
        *(_open + 1) = default;
        *_open = new LogHead { Bytes = sizeof(LogHead), Kind = kind, Context = (byte)context, Thread = _thread, A = a, B = b, C = c, Return = Interval<Atom>.Pending };
        _open->Invoke = Interlocked.Increment(ref *_clock);
        _entered = Stopwatch.GetTimestamp();
    }

    /// <summary>It has ended now, and this is what it answered; what is told before <see cref="Close"/> belongs to it.</summary>
    public void End(long result)
    {
        long elapsed = Stopwatch.GetTimestamp() - _entered;
        _open->Return = Interlocked.Increment(ref *_clock);
        _open->Result = result;
        _open->ElapsedNs = (long)(elapsed * (1e9 / Stopwatch.Frequency));
    }

    /// <summary>All of it is told.</summary>
    public void Close()
    {
        *(int*)((byte*)_open + _open->Bytes) = 0;
        Length += _open->Bytes;
    }

    /// <summary>What is known of it only afterwards.</summary>
    public void Tell(long a, long b, long c) => (_open->A, _open->B, _open->C) = (a, b, c);

    /// <summary>An event that it took, or a request that it was shown.</summary>
    public void Event(ulong userData, long res, ulong position = 0, ulong next = 0)
    {
        if (_open->Events < byte.MaxValue)
        {
            *(OperationEvent*)((byte*)_open + _open->Bytes) = new OperationEvent(userData, res, position, next);
            _open->Bytes += sizeof(OperationEvent);
            _open->Events++;
        }
    }

    /// <summary>Reads the operations of a log, up to its end or so many bytes.</summary>
    public static List<Operation> Read(byte* at, int bytes)
    {
        var operations = new List<Operation>();
        byte* end = at + bytes;
        while (at + sizeof(LogHead) <= end && ((LogHead*)at)->Bytes >= sizeof(LogHead))
        {
            var head = *(LogHead*)at;
            int events = Math.Min(head.Events, (head.Bytes - sizeof(LogHead)) / sizeof(OperationEvent));
            operations.Add(new Operation(head.Kind, head.Context, head.Thread, head.Invoke, head.Return, head.Result, head.A, head.B, head.C, head.ElapsedNs,
                new ReadOnlySpan<OperationEvent>(at + sizeof(LogHead), events).ToArray()));
            at += head.Bytes;
        }

        return operations;
    }
}
