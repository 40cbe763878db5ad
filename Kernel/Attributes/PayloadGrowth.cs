using AioV2.Abi;

namespace AioV2.Kernel.Attributes;

/// <summary>Payloads of callers that are older or newer than this kernel (ATTR-4).</summary>
/// <remarks><code>
///  0            first             known              bytes
///  +-------------+-----------------+-----------------~
///  | must be there | zero if absent | must be zero
///  +-------------+-----------------+-----------------~
/// </code></remarks>
internal static class PayloadGrowth
{
    /// <summary>Judges a payload's length, and what goes beyond what is known.</summary>
    /// <param name="payload">As the caller has given it.</param>
    /// <param name="first">First published size, bytes.</param>
    /// <param name="known">Size known here.</param>
    public static AttributeFault Judge(ReadOnlySpan<byte> payload, int first, int known) =>
        payload.Length < first ? new AttributeFault(Errno.EINVAL, Aio2Reason.PayloadTooShort)
        : payload.Length > known && payload[known..].ContainsAnyExcept((byte)0) ? new AttributeFault(Errno.E2BIG, Aio2Reason.PayloadTooLong)
        : AttributeFault.None;

    /// <summary>Cuts or zero-extends a payload to the size known here, which is that of <paramref name="room"/>.</summary>
    public static void Extend(ReadOnlySpan<byte> payload, Span<byte> room)
    {
        var have = Math.Min(payload.Length, room.Length);
        payload[..have].CopyTo(room);
        room[have..].Clear();
    }
}
