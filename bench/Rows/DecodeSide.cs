using System.Diagnostics;
using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Opening one event with two returns (TIMING, CACHE) and reading every field of it; also tells managed bytes allocated.</summary>
internal sealed class DecodeSide : ISide
{
    private const int TimingBytes = 40, CacheBytes = 32;
    private readonly byte[] _record = new byte[IoEvent2.SizeOf + TimingBytes + CacheBytes];

    /// <summary>Makes the event.</summary>
    public DecodeSide()
    {
        BitConverter.TryWriteBytes(_record, (uint)_record.Length);
        BitConverter.TryWriteBytes(_record.AsSpan(IoEvent2.SizeOf), (uint)TimingBytes);
        BitConverter.TryWriteBytes(_record.AsSpan(IoEvent2.SizeOf + Aio2AttrRet.At.Type), Aio2AttrType.Timing);
        BitConverter.TryWriteBytes(_record.AsSpan(IoEvent2.SizeOf + TimingBytes), (uint)CacheBytes);
        BitConverter.TryWriteBytes(_record.AsSpan(IoEvent2.SizeOf + TimingBytes + Aio2AttrRet.At.Type), Aio2AttrType.Cache);
    }

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        ulong sum = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        for (long i = 0; i < operations; i++)
        {
            sum += Decode(_record);
        }
        var nanoseconds = Elapsed.Since(start);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        GC.KeepAlive(sum);
        // The clock itself may allocate a box or two the first time; a decode that does so every time is not what is claimed.
        return allocated < operations || operations < 1024
            ? new Reading(operations, nanoseconds, Bytes: allocated)
            : throw new BenchException($"decoding allocated {allocated} bytes in {operations} operations");
    }

    /// <summary>Nothing is held.</summary>
    public void Dispose()
    {
    }

    private static ulong Decode(ReadOnlySpan<byte> record)
    {
        if (EventReader.Open(record, out var e).IsError)
        {
            throw new BenchException("the event does not open");
        }
        var sum = e.UserData + (ulong)e.Res;
        var returns = e.Returns;
        while (returns.TryNext(out var one))
        {
            sum += (ulong)one.Status + one.Payload[0];
        }
        return sum;
    }
}
