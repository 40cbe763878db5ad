using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Mutants;

/// <summary>Mistakes with attributes at submit, and with their returns.</summary>
internal static unsafe class AttributeMutants
{
    public static IReadOnlyList<Mutant> All { get; } =
    [
        Attributes("ignores padding that is not zero", ["ATTR-1"], attribute => attribute[(int)MemoryMarshal.Read<uint>(attribute)..].Clear()),
        Attributes("ignores REQUIRED", ["ATTR-3"], attribute => MemoryMarshal.AsRef<Aio2Attr>(attribute).Flags &= unchecked((ushort)~Aio2AttrFlags.Required)),
        Attributes("gives a return in spite of NORETURN", ["ATTR-2"], attribute => MemoryMarshal.AsRef<Aio2Attr>(attribute).Flags &= unchecked((ushort)~Aio2AttrFlags.Noreturn)),
        Attributes("does not look at the excess of a payload", ["ATTR-4"], attribute => Excess(attribute).Clear()),
        new("lets the second attribute of a type be", MutantKind.Answer, ["ATTR-5"], inner => new Altered(inner) { OnSubmit = ChangedRecords.Submit(inner, Twice) }),
        Returns("forgets the last return", ["ATTR-2"], (e, returns) => ((IoEvent2*)e)->Bytes -= (uint)returns[^1].Bytes),
        Returns("gives the returns in another order", ["ATTR-2"], Swap),
        Returns("says status 0 for what it does not know", ["ATTR-2", "ATTR-3"], (e, returns) => Each(e, returns, r => r->Status = r->Type > Aio2AttrType.Last ? 0 : r->Status)),
        Returns("leaves reserved bytes of a return as they were", ["ABI-2", "ATTR-2"], (e, returns) => Each(e, returns, r => r->Reserved = 0x7f)),
        Returns("changes two stamps of TIMING", ["ATTR-7"], (e, returns) => Payload(e, returns, Aio2AttrType.Timing, p => (p[0], p[2]) = (p[2] + 1, p[0]))),
        Returns("forgets the last step of a checksum", ["ATTR-7"], (e, returns) => Payload(e, returns, Aio2AttrType.Checksum, p => ((Aio2RetChecksum*)p)->Checksum ^= uint.MaxValue)),
        Attributes("verifies no protection information", ["ATTR-8"], NoChecks),
    ];

    private delegate void ReturnsChange(byte* e, List<(int At, int Bytes)> returns);

    private delegate void ReturnChange(Aio2AttrRet* r);

    private delegate void PayloadChange(ulong* payload);

    private static Mutant Attributes(string name, string[] requirements, RecordChange change) =>
        new(name, MutantKind.Answer, requirements, inner => new Altered(inner) { OnSubmit = ChangedRecords.SubmitAttributes(inner, change) });

    // What is given back is packed again, since an event may have become shorter.
    private static Mutant Returns(string name, string[] requirements, ReturnsChange change) => new(name, MutantKind.Answer, requirements, inner => new Altered(inner)
    {
        OnGet = (ctx, events, bytes, min, wait, flags) =>
        {
            long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
            long packed = 0;
            foreach (var (at, _) in EventRun.Of(events, result))
            {
                byte* e = (byte*)events + at;
                if (Of(e) is { Count: > 0 } returns)
                {
                    change(e, returns);
                }

                uint length = *(uint*)e;
                NativeMemory.Copy(e, (byte*)events + packed, length);
                packed += length;
            }

            return result > 0 ? packed : result;
        },
    });

    private static List<(int At, int Bytes)> Of(byte* e)
    {
        var returns = new List<(int, int)>();
        for (int at = IoEvent2.SizeOf; at < *(uint*)e;)
        {
            int padded = (int)(*(uint*)(e + at) + 7 & ~7u);
            returns.Add((at, padded));
            at += padded;
        }

        return returns;
    }

    private static void Each(byte* e, List<(int At, int Bytes)> returns, ReturnChange change)
    {
        foreach (var (at, _) in returns)
        {
            change((Aio2AttrRet*)(e + at));
        }
    }

    private static void Payload(byte* e, List<(int At, int Bytes)> returns, ushort type, PayloadChange change) => Each(e, returns, r =>
    {
        if (r->Type == type && r->Status == 0 && r->Bytes > Aio2AttrRet.SizeOf)
        {
            change((ulong*)(r + 1));
        }
    });

    private static void Swap(byte* e, List<(int At, int Bytes)> returns)
    {
        if (returns.Count < 2 || returns[0].Bytes != returns[1].Bytes)
        {
            return;
        }

        var first = new Span<byte>(e + returns[0].At, returns[0].Bytes);
        var second = new Span<byte>(e + returns[1].At, returns[1].Bytes);
        byte[] kept = first.ToArray();
        second.CopyTo(first);
        kept.CopyTo(second);
    }

    private static Span<byte> Excess(Span<byte> attribute)
    {
        var head = MemoryMarshal.Read<Aio2Attr>(attribute);
        int known = Aio2Catalog.Attribute(head.Type) is { } info ? Aio2Attr.SizeOf + info.InSize : (int)head.Bytes;
        return known < head.Bytes ? attribute[known..(int)head.Bytes] : [];
    }

    private static void Twice(Span<byte> record)
    {
        var seen = new HashSet<ushort>();
        for (int at = Iocb2.SizeOf; at + Aio2Attr.SizeOf <= record.Length;)
        {
            ref var attribute = ref MemoryMarshal.AsRef<Aio2Attr>(record[at..]);
            uint padded = attribute.Bytes + 7 & ~7u;
            if (padded < Aio2Attr.SizeOf || padded > record.Length - at)
            {
                return;
            }

            attribute.Type = seen.Add(attribute.Type) ? attribute.Type : (ushort)(0xf000 + at);
            at += (int)padded;
        }
    }

    private static void NoChecks(Span<byte> attribute)
    {
        if (MemoryMarshal.Read<Aio2Attr>(attribute).Type == Aio2AttrType.Pi && attribute.Length >= Aio2Attr.SizeOf + Aio2AttrPi.SizeOf)
        {
            MemoryMarshal.AsRef<Aio2AttrPi>(attribute[Aio2Attr.SizeOf..]).Flags &= unchecked((ushort)~(Aio2PiFlags.CheckGuard | Aio2PiFlags.CheckReftag | Aio2PiFlags.CheckApptag));
        }
    }
}
