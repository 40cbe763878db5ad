using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Conformance.Model;

/// <summary>What ATTR-1…5 say of the attributes behind an iocb's fixed part, in the order of ERR-1.</summary>
internal static class AttributeRules
{
    private readonly record struct Found(int At, Aio2Attr Head);

    /// <summary>Reads the attributes; refusals are added in order, and the first that is certain ends the reading.</summary>
    /// <returns>True where the record may still be accepted.</returns>
    public static bool Read(ReadOnlySpan<byte> record, OpInfo op, Capabilities offered, List<Refusal> refusals, List<ExpectedReturn> returns)
    {
        var found = new List<Found>();
        return Frame(record, found, refusals)
            && NoneTwice(found, refusals)
            && RequiredFit(found, op, offered, refusals)
            && Payloads(record, found, op, offered, refusals, returns);
    }

    /// <summary>Whether a well-framed record has a DEADLINE that may pass while the sequence runs.</summary>
    public static bool Expires(ReadOnlySpan<byte> record, OpInfo op, Capabilities offered)
    {
        const ulong NeverReached = 1ul << 61;
        for (int at = Iocb2.SizeOf; at < record.Length;)
        {
            var head = MemoryMarshal.Read<Aio2Attr>(record[at..]);
            if (head.Type == Aio2AttrType.Deadline && offered.Attribute(head.Type) is { } info && info.Fits(op.Opcode)
                && MemoryMarshal.Read<ulong>(record[(at + Aio2Attr.SizeOf)..]) < NeverReached)
            {
                return true;
            }

            at += (int)(head.Bytes + 7 & ~7u);
        }

        return false;
    }

    private static bool Frame(ReadOnlySpan<byte> record, List<Found> found, List<Refusal> refusals)
    {
        for (int at = Iocb2.SizeOf; at < record.Length;)
        {
            // A record is a multiple of 8 and so is each place of an attribute: a head always fits in what is left.
            var head = MemoryMarshal.Read<Aio2Attr>(record[at..]);
            int left = record.Length - at;
            uint reason = head.Bytes < Aio2Attr.SizeOf ? Aio2Reason.AttrTooShort
                : head.Bytes > left ? Aio2Reason.AttrTruncated
                : record.Slice(at + (int)head.Bytes, (int)(-head.Bytes & 7)).ContainsAnyExcept((byte)0) ? Aio2Reason.AttrPadding
                : (head.Flags & ~Aio2AttrFlags.Known) != 0 ? Aio2Reason.AttrFlagsUnknown
                : head.Type == 0 ? Aio2Reason.AttrTypeZero
                : Aio2Reason.None;
            if (reason != Aio2Reason.None)
            {
                refusals.Add(new Refusal(reason, at, "ATTR-1"));
                return false;
            }

            found.Add(new Found(at, head));
            at += (int)(head.Bytes + 7 & ~7u);
        }

        return true;
    }

    private static bool NoneTwice(List<Found> found, List<Refusal> refusals)
    {
        for (int i = 1; i < found.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (found[i].Head.Type == found[j].Head.Type)
                {
                    refusals.Add(new Refusal(Aio2Reason.AttrTwice, found[i].At, "ATTR-5"));
                    return false;
                }
            }
        }

        return true;
    }

    private static bool RequiredFit(List<Found> found, OpInfo op, Capabilities offered, List<Refusal> refusals)
    {
        foreach (var (at, head) in found)
        {
            if ((head.Flags & Aio2AttrFlags.Required) == 0)
            {
                continue;
            }

            var info = offered.Attribute(head.Type);
            if (info is null || !info.Value.Fits(op.Opcode))
            {
                refusals.Add(new Refusal(info is null ? Aio2Reason.AttrUnknown : Aio2Reason.AttrInapplicable, at, "ATTR-3"));
                return false;
            }
        }

        return true;
    }

    private static bool Payloads(ReadOnlySpan<byte> record, List<Found> found, OpInfo op, Capabilities offered, List<Refusal> refusals, List<ExpectedReturn> returns)
    {
        foreach (var (at, head) in found)
        {
            var payload = record.Slice(at + Aio2Attr.SizeOf, (int)head.Bytes - Aio2Attr.SizeOf);
            var info = offered.Attribute(head.Type);
            bool applies = info is { } known && known.Fits(op.Opcode);
            byte[] extended = [];
            if (applies)
            {
                uint reason = PayloadRules.Check(info!.Value, payload, out extended, out bool certain);
                if (reason != Aio2Reason.None)
                {
                    refusals.Add(new Refusal(reason, at, reason == Aio2Reason.PayloadValue ? "ATTR-7" : "ATTR-4"));
                    if (certain)
                    {
                        return false;
                    }
                }

                Protection(head.Type, refusals);
            }

            if ((head.Flags & Aio2AttrFlags.Noreturn) == 0)
            {
                returns.Add(new ExpectedReturn(head.Type, info, applies, extended));
            }
        }

        return true;
    }

    /// <summary>What PI can be refused for once its payload is right: the model knows no protected file.</summary>
    private static void Protection(ushort type, List<Refusal> refusals)
    {
        if (type == Aio2AttrType.Pi)
        {
            refusals.Add(new Refusal(Aio2Reason.PiFormat, -1, "ATTR-8"));
            refusals.Add(new Refusal(Aio2Reason.PiUnaligned, -1, "ATTR-8"));
            refusals.Add(new Refusal(Aio2Reason.PiTuples, -1, "ATTR-8"));
            refusals.Add(new Refusal(Aio2Reason.MemoryFault, -1, "ATTR-8"));
        }
    }
}
