using System.Diagnostics;
using AioV2.Attributes.Checksums;

namespace AioV2.Attributes.Pi;

/// <summary>The guard of the interval that is being filled, from data in pieces of any size.</summary>
internal struct PiGuardSum
{
    private ulong sum;
    private int taken;

    /// <summary>Bytes of the current interval that were taken.</summary>
    internal readonly int Taken => taken;

    /// <summary>Takes from the front of <paramref name="segment"/> what the interval still lacks.</summary>
    /// <returns>Whether the interval is complete.</returns>
    internal bool Take(PiFormat format, ref ReadOnlySpan<byte> segment)
    {
        int piece = Math.Min(format.IntervalBytes - taken, segment.Length);
        Add(format.Guard, segment.Slice(0, piece));
        segment = segment.Slice(piece);
        return taken == format.IntervalBytes;
    }

    /// <summary>Ends a complete interval and starts the next.</summary>
    /// <param name="format">The format.</param>
    /// <param name="metadata">The interval's metadata: what precedes the tuple is guarded too.</param>
    internal ulong Finish(PiFormat format, ReadOnlySpan<byte> metadata)
    {
        Debug.Assert(taken == format.IntervalBytes, "an interval is not complete");
        if (format.TupleOffset > 0)
        {
            Add(format.Guard, metadata.Slice(0, format.TupleOffset));
        }

        ulong guard = format.Guard == PiGuard.IpChecksum ? IpChecksum.Finish((uint)sum) : sum;
        this = default;
        return guard;
    }

    private void Add(PiGuard guard, ReadOnlySpan<byte> piece)
    {
        sum = guard switch
        {
            PiGuard.Crc16 => CrcT10Dif.Compute((ushort)sum, piece),
            PiGuard.IpChecksum => IpChecksum.Add((uint)sum, piece, odd: (taken & 1) != 0),
            _ => Crc64Nvme.Compute(sum, piece),
        };
        taken += piece.Length;
    }
}
