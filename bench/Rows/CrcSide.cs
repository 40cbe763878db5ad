using System.Diagnostics;
using AioV2.Attributes.Checksums;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>A CRC over a buffer that stays in the cache; one operation is one buffer.</summary>
internal sealed class CrcSide(bool t10, int bytes) : ISide
{
    private readonly byte[] _buffer = [.. Enumerable.Range(0, bytes).Select(i => (byte)((i * 7) + 3))];

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        ulong sum = 0;
        var start = Stopwatch.GetTimestamp();
        if (t10)
        {
            for (long i = 0; i < operations; i++)
            {
                sum += CrcT10Dif.Compute(0, _buffer);
            }
        }
        else
        {
            for (long i = 0; i < operations; i++)
            {
                sum += Crc32C.Compute(0, _buffer);
            }
        }
        var nanoseconds = Elapsed.Since(start);
        GC.KeepAlive(sum);
        return new Reading(operations, nanoseconds);
    }

    /// <summary>Nothing is held.</summary>
    public void Dispose()
    {
    }
}
