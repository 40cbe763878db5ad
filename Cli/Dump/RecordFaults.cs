using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Spec.Model;

namespace AioV2.Cli.Dump;

/// <summary>What the codecs refuse, with its first bad byte, where they tell the record or the attribute.</summary>
internal sealed class RecordFaults(SpecDocument spec)
{
    /// <summary>What is wrong with the framing of the record that a run begins with; null if nothing.</summary>
    internal DumpFault? Framing(RecordKind kind, ReadOnlySpan<byte> run, long at)
    {
        var (name, most) = kind == RecordKind.Iocbs ? ("AIO2_IOCB_MAX", Aio2.IocbMax) : ("AIO2_EVENT_MAX", Aio2.EventMax);
        var error = kind == RecordKind.Iocbs ? IocbReader.Open(run, out _) : EventReader.Open(run, out _);
        var bytes = run.Length < sizeof(uint) ? 0 : MemoryMarshal.Read<uint>(run);
        if (bytes > most && bytes % Aio2.Align == 0 && error.Reason is Aio2Reason.None or Aio2Reason.RecordTruncated or Aio2Reason.RecordTooLong)
        {
            return new(at, $"{Code(Aio2Reason.RecordTooLong)}: bytes is {bytes}, above {name} ({most})");
        }

        return error.Reason switch
        {
            Aio2Reason.None when kind == RecordKind.Events => NotZero(run.Slice(IoEvent2.At.Reserved, sizeof(ushort)), at + IoEvent2.At.Reserved),
            Aio2Reason.None => null,
            Aio2Reason.RecordTruncated => new(at, $"{Code(error.Reason)}: {(run.Length < sizeof(ulong) ? "a record is cut off" : $"bytes is {bytes}")}, {run.Length} bytes are left"),
            Aio2Reason.FlagsUnknown => new(at + BadFlag(run.Slice(IoEvent2.At.Flags, sizeof(ushort)), unchecked((ushort)~Aio2EventFlags.Pad)) + IoEvent2.At.Flags, "a PAD is no event: only a ring has them (RING-3)"),
            Aio2Reason.RecordTooShort => new(at, $"{Code(error.Reason)}: bytes is {bytes}, below the fixed part of {(kind == RecordKind.Iocbs ? Iocb2.SizeOf : IoEvent2.SizeOf)}"),
            _ => new(at + error.Offset, $"{Code(error.Reason)}: {Aio2Reason.TextOf(error.Reason)}: {bytes}"),
        };
    }

    /// <summary>What is wrong with the attributes or returns behind a fixed part, and how many come before it.</summary>
    internal DumpFault? Items(RecordKind kind, ReadOnlySpan<byte> items, long at, out int good)
    {
        var error = kind == RecordKind.Iocbs ? AttributeFraming.Check(items, 0, out good) : ReturnFraming.Check(items, 0, out good);
        if (!error.IsError && kind == RecordKind.Iocbs)
        {
            error = AttributeFraming.CheckTwice(items, 0);
            _ = error.IsError ? AttributeFraming.Check(items[..error.Offset], 0, out good) : default;
        }

        if (!error.IsError)
        {
            return null;
        }

        var item = items[error.Offset..];
        var place = error.Reason switch
        {
            Aio2Reason.AttrPadding => Padding(item),
            Aio2Reason.AttrFlagsUnknown => Aio2Attr.At.Flags + BadFlag(item.Slice(Aio2Attr.At.Flags, sizeof(ushort)), Aio2AttrFlags.Known),
            Aio2Reason.AttrTypeZero or Aio2Reason.AttrTwice => Aio2Attr.At.Type,
            Aio2Reason.FieldNotZero => Aio2AttrRet.At.Reserved + item.Slice(Aio2AttrRet.At.Reserved, sizeof(uint)).IndexOfAnyExcept((byte)0),
            _ => Aio2Attr.At.Bytes,
        };
        var text = error.Reason == Aio2Reason.FieldNotZero ? "a reserved field is not zero" : Aio2Reason.TextOf(error.Reason);
        return new(at + error.Offset + place, $"{Code(error.Reason)}: {text}");
    }

    private static int Padding(ReadOnlySpan<byte> item)
    {
        var bytes = (int)MemoryMarshal.Read<uint>(item);
        return bytes + item[bytes..].IndexOfAnyExcept((byte)0);
    }

    private DumpFault? NotZero(ReadOnlySpan<byte> reserved, long at) => reserved.IndexOfAnyExcept((byte)0) is >= 0 and var bad
        ? new(at + bad, $"{Code(Aio2Reason.FieldNotZero)}: a reserved field is not zero") : null;

    /// <summary>The first byte of flags that has a bit outside of those known, in the machine's order.</summary>
    private static int BadFlag(ReadOnlySpan<byte> flags, ushort known)
    {
        Span<byte> mask = stackalloc byte[sizeof(ushort)];
        MemoryMarshal.Write(mask, known);
        return (flags[0] & ~mask[0]) != 0 ? 0 : 1;
    }

    private string Code(uint reason) => FieldText.Of(spec.Reasons, reason);
}
