using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.UserLib.Returns;

/// <summary>What CACHE returns (ATTR-7).</summary>
/// <param name="State">AIO2_CACHE_HIT, MISS or PARTIAL (<see cref="Aio2CacheState"/>).</param>
/// <param name="Bytes">Bytes that came from the page cache without waiting.</param>
public readonly record struct CacheReturn(uint State, ulong Bytes) : IAttributeReturn<CacheReturn>
{
    /// <inheritdoc/>
    public static ushort AttributeType => Aio2AttrType.Cache;

    /// <inheritdoc/>
    public static int PayloadBytes => Aio2RetCache.SizeOf;

    /// <summary>Whether all of it was cached.</summary>
    public bool IsHit => State == Aio2CacheState.Hit;

    /// <inheritdoc/>
    public static CacheReturn Read(ReadOnlySpan<byte> payload)
    {
        var raw = MemoryMarshal.Read<Aio2RetCache>(payload);
        return new CacheReturn(raw.State, raw.Bytes);
    }
}
