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
        const int Turn = 1000;
        ulong sum = 0;
        var start = Stopwatch.GetTimestamp();
        for (var left = operations; left > 0; left -= Turn)
        {
            var count = (int)Math.Min(left, Turn);
            sum += _t10 ? SumT10(count) : SumCrc32C(count);
        }
        var nanoseconds = Elapsed.Since(start);
        GC.KeepAlive(sum);
        return new Reading(operations, nanoseconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    // Methods of their own, since the JIT makes its best of what is called often: in one for both the loop that comes second would be
    // compiled as what the rows before it never came to.
    private ulong SumT10(int count)
    {
        var buffer = new ReadOnlySpan<byte>(_buffer.At, (int)_buffer.Length);
        ulong sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += CrcT10Dif.Compute(0, buffer);
        }
        return sum;
    }

    private ulong SumCrc32C(int count)
    {
        var buffer = new ReadOnlySpan<byte>(_buffer.At, (int)_buffer.Length);
        ulong sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += Crc32C.Compute(0, buffer);
        }
        return sum;
    }
}
