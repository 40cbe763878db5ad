using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Attributes;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>What a record's attributes must be answered with, by ATTR-1…5 and the catalogue alone.</summary>
/// <param name="Errno">Positive; 0 where they are accepted.</param>
/// <param name="Reason">AIO2_REASON_*.</param>
/// <param name="FieldOffset">Of the offending attribute.</param>
internal readonly record struct AttributeOracle(int Errno, uint Reason, ulong FieldOffset)
{
    /// <summary>Judges a record with a sound fixed part, pass by pass in the order of ERR-1.</summary>
    public static AttributeOracle Judge(byte[] record)
    {
        var iocb = MemoryMarshal.Read<Iocb2>(record);
        var found = new List<(int At, Aio2Attr Head, byte[] Payload)>();
        for (var at = Iocb2.SizeOf; at < record.Length;)
        {
            if (Framing(record.AsSpan(at)) is var reason and not 0)
            {
                return new(Abi.Errno.EINVAL, reason, (ulong)at);
            }

            var head = MemoryMarshal.Read<Aio2Attr>(record.AsSpan(at));
            found.Add((at, head, record[(at + Aio2Attr.SizeOf)..(at + (int)head.Bytes)]));
            at += ((int)head.Bytes + 7) / 8 * 8;
        }

        var twice = found.FirstOrDefault(a => found.Any(b => b.At < a.At && b.Head.Type == a.Head.Type));
        if (twice.At != 0)
        {
            return new(Abi.Errno.EINVAL, Aio2Reason.AttrTwice, (ulong)twice.At);
        }

        var required = found.FirstOrDefault(a => (a.Head.Flags & Aio2AttrFlags.Required) != 0 && Known(a.Head.Type, iocb.Opcode) is null);
        if (required.At != 0)
        {
            var unknown = AttributeHandlers.Of(required.Head.Type) is null;
            return new(Abi.Errno.EOPNOTSUPP, unknown ? Aio2Reason.AttrUnknown : Aio2Reason.AttrInapplicable, (ulong)required.At);
        }

        foreach (var (at, head, payload) in found)
        {
            if (Known(head.Type, iocb.Opcode) is { } info && Payload(info, payload) is { Errno: not 0 } fault)
            {
                return fault with { FieldOffset = (ulong)at };
            }
        }

        // Last, since it takes a look at the file: the bench's is not protected.
        var protection = found.FirstOrDefault(a => a.Head.Type == Aio2AttrType.Pi && (a.Head.Flags & Aio2AttrFlags.Required) != 0);
        return protection.At != 0 ? new(Abi.Errno.EINVAL, Aio2Reason.PiFormat, (ulong)protection.At) : default;
    }

    /// <summary>The attribute, if the kernel has one that fits the operation.</summary>
    public static AttrInfo? Known(ushort type, ushort opcode) =>
        AttributeHandlers.Of(type) is not null && Aio2Catalog.Attribute(type) is { } info && info.Fits(opcode) ? info : null;

    private static uint Framing(ReadOnlySpan<byte> rest)
    {
        if (rest.Length < Aio2Attr.SizeOf)
        {
            return Aio2Reason.AttrTooShort;
        }

        var head = MemoryMarshal.Read<Aio2Attr>(rest);
        return head.Bytes < Aio2Attr.SizeOf ? Aio2Reason.AttrTooShort
            : head.Bytes > (uint)rest.Length ? Aio2Reason.AttrTruncated
            : rest[(int)head.Bytes..(((int)head.Bytes + 7) / 8 * 8)].ContainsAnyExcept((byte)0) ? Aio2Reason.AttrPadding
            : head.Flags > (Aio2AttrFlags.Required | Aio2AttrFlags.Noreturn) ? Aio2Reason.AttrFlagsUnknown
            : head.Type == 0 ? Aio2Reason.AttrTypeZero
            : 0;
    }

    private static AttributeOracle Payload(AttrInfo info, byte[] payload)
    {
        if (payload.Length < info.InFirstSize)
        {
            return new(Abi.Errno.EINVAL, Aio2Reason.PayloadTooShort, 0);
        }

        if (payload.Skip(info.InSize).Any(b => b != 0))
        {
            return new(Abi.Errno.E2BIG, Aio2Reason.PayloadTooLong, 0);
        }

        Array.Resize(ref payload, info.InSize);
        return IsInRange(info.Type, payload) ? default : new(Abi.Errno.EINVAL, Aio2Reason.PayloadValue, 0);
    }

    // The values that io_setup2.md allows; every other payload takes any.
    private static bool IsInRange(ushort type, byte[] payload) => type switch
    {
        Aio2AttrType.Pi => (BitConverter.ToUInt16(payload) & ~Aio2PiFlags.Known) == 0 && BitConverter.ToUInt64(payload, 24) == 0,
        Aio2AttrType.Checksum => BitConverter.ToUInt32(payload) is 1 or 2 && BitConverter.ToUInt32(payload, 4) == 0,
        Aio2AttrType.Ioprio => BitConverter.ToUInt16(payload) is 0 or (>= 0x2000 and <= 0x2007) or (>= 0x4000 and <= 0x4007) or (>= 0x6000 and <= 0x6007)
            && payload.Skip(2).All(b => b == 0),
        Aio2AttrType.WriteHint => BitConverter.ToUInt64(payload) <= 5,
        _ => true,
    };
}
