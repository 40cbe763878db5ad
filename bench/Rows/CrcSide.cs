using System.Diagnostics;
using AioV2.Attributes.Checksums;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>A CRC over a buffer that stays in the cache; one operation is one buffer.</summary>
internal sealed unsafe class CrcSide : ISide
{
    private readonly bool _t10;
    private readonly NativeBytes _buffer;

    /// <summary>Fills the buffer, which is aligned as the peer's is.</summary>
    public CrcSide(bool t10, int bytes)
    {
        _t10 = t10;
        _buffer = new NativeBytes(bytes);
        for (var i = 0; i < bytes; i++)
        {
            _buffer.At[i] = (byte)((i * 7) + 3);
        }
    }

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        ulong sum = 0;
        var buffer = new ReadOnlySpan<byte>(_buffer.At, (int)_buffer.Length);
        var start = Stopwatch.GetTimestamp();
        if (_t10)
        {
            for (long i = 0; i < operations; i++)
            {
                sum += CrcT10Dif.Compute(0, buffer);
            }
        }
        else
        {
            for (long i = 0; i < operations; i++)
            {
                sum += Crc32C.Compute(0, buffer);
            }
        }
        var nanoseconds = Elapsed.Since(start);
        GC.KeepAlive(sum);
        return new Reading(operations, nanoseconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();
}
