using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.UserLib.Returns;

/// <summary>What TIMING returns: CLOCK_MONOTONIC, nanoseconds (ATTR-7).</summary>
/// <param name="Submit">When the iocb was accepted.</param>
/// <param name="Issue">When the engine began it.</param>
/// <param name="Complete">When its result was decided.</param>
public readonly record struct TimingReturn(ulong Submit, ulong Issue, ulong Complete) : IAttributeReturn<TimingReturn>
{
    /// <inheritdoc/>
    public static ushort AttributeType => Aio2AttrType.Timing;

    /// <inheritdoc/>
    public static int PayloadBytes => Aio2RetTiming.SizeOf;

    /// <summary>From submission to completion, nanoseconds.</summary>
    public ulong LatencyNanoseconds => Complete - Submit;

    /// <inheritdoc/>
    public static TimingReturn Read(ReadOnlySpan<byte> payload)
    {
        var raw = MemoryMarshal.Read<Aio2RetTiming>(payload);
        return new TimingReturn(raw.Submit, raw.Issue, raw.Complete);
    }
}
