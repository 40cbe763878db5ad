using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.UserLib.Returns;

/// <summary>What RETRY returns (ATTR-7).</summary>
/// <param name="Continued">Short transfers continued.</param>
/// <param name="Retried">Attempts repeated after EINTR or EAGAIN.</param>
public readonly record struct RetryReturn(uint Continued, uint Retried) : IAttributeReturn<RetryReturn>
{
    /// <inheritdoc/>
    public static ushort AttributeType => Aio2AttrType.Retry;

    /// <inheritdoc/>
    public static int PayloadBytes => Aio2RetRetry.SizeOf;

    /// <inheritdoc/>
    public static RetryReturn Read(ReadOnlySpan<byte> payload)
    {
        var raw = MemoryMarshal.Read<Aio2RetRetry>(payload);
        return new RetryReturn(raw.Continued, raw.Retried);
    }
}
