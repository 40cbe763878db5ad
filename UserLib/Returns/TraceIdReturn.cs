using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.UserLib.Returns;

/// <summary>What TRACE_ID returns: the id, echoed (ATTR-7).</summary>
/// <param name="High">High half.</param>
/// <param name="Low">Low half.</param>
public readonly record struct TraceIdReturn(ulong High, ulong Low) : IAttributeReturn<TraceIdReturn>
{
    /// <inheritdoc/>
    public static ushort AttributeType => Aio2AttrType.TraceId;

    /// <inheritdoc/>
    public static int PayloadBytes => Aio2RetTraceId.SizeOf;

    /// <inheritdoc/>
    public static TraceIdReturn Read(ReadOnlySpan<byte> payload)
    {
        var raw = MemoryMarshal.Read<Aio2RetTraceId>(payload);
        return new TraceIdReturn(raw.High, raw.Low);
    }
}
