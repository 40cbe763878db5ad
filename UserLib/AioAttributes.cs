using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.UserLib;

/// <summary>The attributes that go with a request, encoded once and copied into any number of iocbs.</summary>
/// <remarks>
/// Immutable: each <c>With…</c> gives a new set, e.g. <c>AioAttributes.None.WithTiming().WithChecksum()</c>. The event
/// carries their returns in the same order (ATTR-2).
/// <code>
///  0      4      6      8                      bytes
///  +------+------+------+----------------+-----+------~
///  | bytes| type | flags| payload        | pad | next …
///  +------+------+------+----------------+-----+------~
/// </code>
/// </remarks>
public sealed class AioAttributes
{
    /// <summary>No attributes: a plain request.</summary>
    public static readonly AioAttributes None = new([], 0);

    private readonly byte[] _bytes;

    private AioAttributes(byte[] bytes, int returnBytes)
    {
        _bytes = bytes;
        ReturnBytes = returnBytes;
    }

    /// <summary>The attributes as they stand in an iocb, a multiple of 8 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Bytes that their returns take in the event, as far as the catalogue knows the types (ATTR-6).</summary>
    public int ReturnBytes { get; }

    /// <summary>Adds TIMING: the event tells when the request was submitted, issued and completed.</summary>
    public AioAttributes WithTiming() => With(Aio2AttrType.Timing, []);

    /// <summary>Adds CACHE: the event tells what the page cache held. For reads.</summary>
    public AioAttributes WithCache() => With(Aio2AttrType.Cache, []);

    /// <summary>Adds RETRY: the event tells how often a transfer was continued or repeated.</summary>
    public AioAttributes WithRetry() => With(Aio2AttrType.Retry, []);

    /// <summary>Adds CHECKSUM: the event tells the checksum of the data transferred.</summary>
    /// <param name="algorithm">AIO2_CHECKSUM_*: CRC-32C, or CRC-64/NVME.</param>
    public AioAttributes WithChecksum(uint algorithm = Aio2Checksum.Crc32c) =>
        With(Aio2AttrType.Checksum, new Aio2AttrChecksum { Algorithm = algorithm });

    /// <summary>Adds TRACE_ID: 128 bits that the event echoes.</summary>
    public AioAttributes WithTraceId(ulong high, ulong low) =>
        With(Aio2AttrType.TraceId, new Aio2AttrTraceId { High = high, Low = low });

    /// <summary>Adds DEADLINE: past it the request is cancelled with <c>-ETIME</c>.</summary>
    /// <param name="monotonicNanoseconds">CLOCK_MONOTONIC, absolute.</param>
    public AioAttributes WithDeadline(ulong monotonicNanoseconds) =>
        With(Aio2AttrType.Deadline, new Aio2AttrDeadline { Ns = monotonicNanoseconds });

    /// <summary>Adds IOPRIO: class &lt;&lt; 13 | level, as ioprio_set(2) has it.</summary>
    public AioAttributes WithIoPriority(ushort priority) =>
        With(Aio2AttrType.Ioprio, new Aio2AttrIoprio { Ioprio = priority });

    /// <summary>Adds WRITE_HINT: RWH_WRITE_LIFE_*, 0 to 5. For writes.</summary>
    public AioAttributes WithWriteHint(ulong hint) =>
        With(Aio2AttrType.WriteHint, new Aio2AttrWriteHint { Hint = hint });

    /// <summary>Adds ACCOUNT: charges the request to a tag.</summary>
    public AioAttributes WithAccount(ulong tag) =>
        With(Aio2AttrType.Account, new Aio2AttrAccount { Tag = tag });

    /// <summary>Adds an attribute with a payload of the catalogue.</summary>
    /// <param name="type">AIO2_ATTR_TYPE_*.</param>
    /// <param name="payload">The payload, copied.</param>
    /// <param name="flags">AIO2_ATTR_REQUIRED: fail the submission where it is unknown; AIO2_ATTR_NORETURN.</param>
    public AioAttributes With<TPayload>(ushort type, in TPayload payload, ushort flags = 0) where TPayload : unmanaged =>
        With(type, MemoryMarshal.AsBytes(new ReadOnlySpan<TPayload>(in payload)), flags);

    /// <summary>Adds an attribute of any type, a driver's own (0x8000 and up) included (ATTR-5).</summary>
    /// <exception cref="ArgumentException">The type is 0 or is there already, or the iocb would be too long.</exception>
    public AioAttributes With(ushort type, ReadOnlySpan<byte> payload, ushort flags = 0)
    {
        if (type == 0)
        {
            throw new ArgumentException("attribute type 0 is no attribute (ATTR-1): give one of Aio2AttrType", nameof(type));
        }

        if (Has(type))
        {
            throw new ArgumentException($"attribute {Aio2AttrType.NameOf(type) ?? $"0x{type:x}"} is there already: an iocb takes each type once (ATTR-5)", nameof(type));
        }

        var bytes = Aio2Attr.SizeOf + payload.Length;
        var padded = (bytes + 7) & ~7;
        if (Iocb2.SizeOf + _bytes.Length + padded > Aio2.IocbMax)
        {
            throw new ArgumentException($"the iocb would exceed AIO2_IOCB_MAX, {Aio2.IocbMax} bytes (SUBMIT-3)", nameof(payload));
        }

        var all = new byte[_bytes.Length + padded];
        _bytes.CopyTo(all, 0);
        var at = all.AsSpan(_bytes.Length);
        MemoryMarshal.Write(at, new Aio2Attr { Bytes = (uint)bytes, Type = type, Flags = flags });
        payload.CopyTo(at[Aio2Attr.SizeOf..]);
        return new AioAttributes(all, ReturnBytes + ReturnBytesOf(type, flags));
    }

    /// <summary>Whether the set has an attribute of this type.</summary>
    public bool Has(ushort type)
    {
        for (var at = 0; at < _bytes.Length;)
        {
            var head = MemoryMarshal.Read<Aio2Attr>(_bytes.AsSpan(at));
            if (head.Type == type)
            {
                return true;
            }

            at += ((int)head.Bytes + 7) & ~7;
        }

        return false;
    }

    private static int ReturnBytesOf(ushort type, ushort flags) => (flags & Aio2AttrFlags.Noreturn) != 0
        ? 0
        : (Aio2AttrRet.SizeOf + (Aio2Catalog.Attribute(type)?.OutSize ?? 0) + 7) & ~7;
}
