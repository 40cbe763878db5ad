using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.UserLib.Returns;

/// <summary>What PI returns: the first bad interval (ATTR-8).</summary>
/// <param name="Interval">Number of the interval in this transfer, from 0.</param>
/// <param name="Check">AIO2_PI_FAILED_* (<see cref="Aio2PiCheck"/>); 0: none failed.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Found">What was found.</param>
public readonly record struct PiReturn(ulong Interval, uint Check, ulong Expected, ulong Found) : IAttributeReturn<PiReturn>
{
    /// <inheritdoc/>
    public static ushort AttributeType => Aio2AttrType.Pi;

    /// <inheritdoc/>
    public static int PayloadBytes => Aio2RetPi.SizeOf;

    /// <inheritdoc/>
    public static PiReturn Read(ReadOnlySpan<byte> payload)
    {
        var raw = MemoryMarshal.Read<Aio2RetPi>(payload);
        return new PiReturn(raw.Interval, raw.Check, raw.Expected, raw.Found);
    }
}
