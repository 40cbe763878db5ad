using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AioV2.Abi.Ring;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>The ring as a component of its own (RING-12): records of 32 bytes, each published by itself.</summary>
/// <remarks>In turn each is also taken by itself; a consumer beside the producer, which is the only one, takes all that it finds, and looks
/// again after a microsecond, as its peer in C does.</remarks>
/// <param name="threads">1: written and read in turn; 2: a producer and a consumer.</param>
/// <param name="single">Whether the reaper is the only one, or moves <c>head</c> by compare-and-swap.</param>
internal sealed unsafe class RingAloneSide(int threads, bool single) : ISide
{
    private const uint RingBytes = 65536, RecordBytes = 32;
    private readonly NativeBytes _map = new((long)RingLayout.For(RingBytes, Environment.SystemPageSize).MapBytes);

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        var layout = RingLayout.For(RingBytes, Environment.SystemPageSize);
        RingHeader.Format(_map.At, layout, layout.MaxEventBytes);
        var producer = new RingProducer(_map.At, layout);
        if (RingReaper.Open(_map.At, layout.MapBytes, single, out var reaper) != RingOpenStatus.Ok)
        {
            throw new BenchException("the ring does not open");
        }
        var start = Stopwatch.GetTimestamp();
        var sum = threads == 1 ? InTurn(producer, reaper!, operations) : AtOnce(producer, reaper!, operations);
        var reading = new Reading(operations, Elapsed.Since(start));
        return sum == (ulong)operations * (ulong)(operations - 1) / 2 ? reading : throw new BenchException("the ring lost a record");
    }

    /// <inheritdoc/>
    public void Dispose() => _map.Dispose();

    private ulong InTurn(RingProducer producer, RingReaper reaper, long operations)
    {
        var sum = 0ul;
        for (long i = 0; i < operations; i++)
        {
            Write(producer, (ulong)i);
            Read(reaper, ref sum);
        }
        return sum;
    }

    private static ulong AtOnce(RingProducer producer, RingReaper reaper, long operations)
    {
        var thread = new Thread(() => Produce(producer, operations));
        thread.Start();
        var sum = 0ul;
        var spins = 0u;
        for (long taken = 0; taken < operations;)
        {
            taken += ReadAll(reaper, ref sum);
            Relax(ref spins);
        }
        thread.Join();
        return sum;
    }

    private static void Produce(RingProducer producer, long operations)
    {
        var spins = 0u;
        for (long i = 0; i < operations; i++)
        {
            while (!Write(producer, (ulong)i))
            {
                Relax(ref spins);
            }
        }
    }

    // As peers/spsc.c does. Not in line: a call into the runtime has the loop keep its values in memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Relax(ref uint spins)
    {
        Thread.SpinWait(24);
        if (++spins % 64 == 0)
        {
            Thread.Yield();
        }
    }

    // In line, as in C: else each record has the stores of a frame.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Write(RingProducer producer, ulong value)
    {
        if (!producer.TryReserve(RecordBytes, out var place))
        {
            return false;
        }
        var words = (ulong*)place;
        words[0] = RecordBytes;
        words[1] = value;
        words[2] = value + 1;
        words[3] = value + 2;
        producer.Publish();
        return true;
    }

    private bool Read(RingReaper reaper, ref ulong sum) => single ? ReadInPlace(reaper, ref sum) : ReadCopy(reaper, ref sum);

    // Not by using: a try block keeps positions in memory.
    private static bool ReadInPlace(RingReaper reaper, ref ulong sum)
    {
        var peek = reaper.PeekAll();
        if (!peek.TryNext(out var record))
        {
            return false;
        }
        sum += MemoryMarshal.Read<ulong>(record[8..]);
        peek.Dispose();
        return true;
    }

    private static int ReadAll(RingReaper reaper, ref ulong sum)
    {
        var found = 0;
        var local = 0ul;
        var peek = reaper.PeekAll();
        while (peek.TryNext(out var record))
        {
            local += MemoryMarshal.Read<ulong>(record[8..]);
            found++;
        }
        peek.Dispose();
        sum += local;
        return found;
    }

    private static bool ReadCopy(RingReaper reaper, ref ulong sum)
    {
        Unsafe.SkipInit(out Record copy);
        if (reaper.TryRead(MemoryMarshal.AsBytes(new Span<Record>(ref copy)), out _) != RingStatus.Event)
        {
            return false;
        }
        sum += copy.Value;
        return true;
    }

    private record struct Record(ulong Bytes, ulong Value, ulong Second, ulong Third);
}
