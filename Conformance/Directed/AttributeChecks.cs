using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>ATTR-1…6 by hand; the catalogue's values are judged by the model.</summary>
internal static unsafe class AttributeChecks
{
    private const ushort Unknown = 0x7abc;

    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("Bad framing of attributes is refused, with its place", ["ATTR-1", "SUBMIT-5"], Framing),
        new("Returns come in the order of the attributes, but for NORETURN", ["ATTR-2"], Returns),
        new("An unknown attribute is reported, or refused if REQUIRED", ["ATTR-2", "ATTR-3"], UnknownType),
        new("Payloads grow and shrink as extensible structs", ["ATTR-4"], Payloads),
        new("No type twice", ["ATTR-5"], Twice),
        new("An event above max_event_bytes is refused at submit", ["ATTR-6"], TooLarge),
    ];

    private static byte[] Nop(Action<IocbWriter> attributes)
    {
        var writer = new IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, 1));
        attributes(writer);
        return writer.ToArray();
    }

    private static void Refused(RigContext context, string requirement, byte[] bytes, int errno, uint reason)
    {
        Aio2Extack ext = new() { Size = Aio2Extack.SizeOf };
        Rig.Expect(requirement, -errno, context.Submit(bytes, &ext), $"io_submit2 ({Aio2Reason.NameOf(reason)})");
        Rig.Require("SUBMIT-5", ext.Reason == reason && ext.Error == -errno && (ext.FieldOffset >= Iocb2.SizeOf || reason == Aio2Reason.EventTooLarge), $"ext says {Aio2Reason.NameOf(ext.Reason)} at {ext.FieldOffset}, not {Aio2Reason.NameOf(reason)}");
    }

    private static void Framing(Rig rig)
    {
        var context = rig.Context();
        byte[] Spoilt(int at, byte value)
        {
            byte[] bytes = Nop(w => w.Attribute(Unknown, 0, [1, 2, 3]));
            bytes[Iocb2.SizeOf + at] = value;
            return bytes;
        }

        Refused(context, "ATTR-1", Spoilt(0, 7), Errno.EINVAL, Aio2Reason.AttrTooShort);
        Refused(context, "ATTR-1", Spoilt(0, 200), Errno.EINVAL, Aio2Reason.AttrTruncated);
        Refused(context, "ATTR-1", Spoilt(15, 1), Errno.EINVAL, Aio2Reason.AttrPadding);
        Refused(context, "ATTR-1", Spoilt(7, 0x80), Errno.EINVAL, Aio2Reason.AttrFlagsUnknown);
        byte[] zero = Spoilt(4, 0);
        zero[Iocb2.SizeOf + 5] = 0;
        Refused(context, "ATTR-1", zero, Errno.EINVAL, Aio2Reason.AttrTypeZero);
    }

    private static void Returns(Rig rig)
    {
        var context = rig.Context();
        byte[] bytes = Nop(w => w.Attribute(0x9003, 0, [1]).Attribute(0x9001, Aio2AttrFlags.Noreturn, []).Attribute(0x9002, 0, new byte[24]));
        Rig.Expect("ATTR-2", bytes.Length, context.Submit(bytes), "io_submit2");
        byte[] e = context.Take(1)[0];
        Rig.Expect("ATTR-2", 24 + 16 + 16, e.Length, "bytes of the event");
        var (first, second) = (MemoryMarshal.Read<Aio2AttrRet>(e.AsSpan(24)), MemoryMarshal.Read<Aio2AttrRet>(e.AsSpan(40)));
        Rig.Require("ATTR-2", first.Type == 0x9003 && second.Type == 0x9002, $"returns of {first.Type:x} and {second.Type:x}");
        Rig.Require("ATTR-2", first is { Bytes: 16, Flags: 0, Status: -Errno.EOPNOTSUPP, Reserved: 0 }, $"an unknown type's return: {first.Bytes} bytes, status {first.Status}");
    }

    private static void UnknownType(Rig rig)
    {
        var context = rig.Context();
        Refused(context, "ATTR-3", Nop(w => w.Attribute(Unknown, Aio2AttrFlags.Required, [])), Errno.EOPNOTSUPP, Aio2Reason.AttrUnknown);
        byte[] bytes = Nop(w => w.Attribute(Unknown, 0, []));
        Rig.Expect("ATTR-3", bytes.Length, context.Submit(bytes), "io_submit2 with an unknown attribute");
        Rig.Expect("ATTR-3", 0, RigContext.Res(context.Take(1)[0]), "its result");
    }

    private static void Payloads(Rig rig)
    {
        var context = rig.Context();
        foreach (var info in Known(rig).Where(i => i.Fits(Aio2Op.Nop)))
        {
            byte[] longer = new byte[info.InSize + 8];
            longer[0] = info.InSize > 0 ? (byte)1 : (byte)0;
            byte[] bytes = Nop(w => w.Attribute(info.Type, 0, longer));
            Rig.Expect("ATTR-4", bytes.Length, context.Submit(bytes), $"{info.Name} with zeroes behind its payload");
            _ = context.Take(1);
            longer[^1] = 1;
            Refused(context, "ATTR-4", Nop(w => w.Attribute(info.Type, 0, longer)), Errno.E2BIG, Aio2Reason.PayloadTooLong);
            if (info.InFirstSize > 0)
            {
                Refused(context, "ATTR-4", Nop(w => w.Attribute(info.Type, 0, new byte[info.InFirstSize - 1])), Errno.EINVAL, Aio2Reason.PayloadTooShort);
            }
        }
    }

    private static List<AttrInfo> Known(Rig rig)
    {
        byte* buffer = stackalloc byte[4096];
        long bytes = rig.Aio.Probe(Aio2Probe.Attrs, buffer, 4096);
        Rig.Require("PROBE-1", bytes >= 0, $"PROBE_ATTRS gave {bytes}");
        var known = new List<AttrInfo>();
        for (long at = 0; at < bytes; at += *(uint*)(buffer + at))
        {
            if (Aio2Catalog.Attribute(((Aio2ProbeAttr*)(buffer + at))->Type) is { } info)
            {
                known.Add(info);
            }
        }

        return known;
    }

    private static void Twice(Rig rig)
    {
        var context = rig.Context();
        Refused(context, "ATTR-5", Nop(w => w.Attribute(0x8001, 0, []).Attribute(0x8002, 0, []).Attribute(0x8001, 0, [])), Errno.EINVAL, Aio2Reason.AttrTwice);
        byte[] bytes = Nop(w => w.Attribute(0x8001, 0, []).Attribute(0x8002, 0, []));
        Rig.Expect("ATTR-5", bytes.Length, context.Submit(bytes), "io_submit2 with two drivers' types");
        _ = context.Take(1);
    }

    private static void TooLarge(Rig rig)
    {
        var context = rig.Context(ringBytes: 4096);
        Rig.Expect("ATTR-6", 1024, context.Params.MaxEventBytes, "max_event_bytes");
        byte[] Many(int count) => Nop(w =>
        {
            for (int i = 0; i < count; i++)
            {
                w.Attribute((ushort)(0x8000 + i), 0, []);
            }
        });
        byte[] fits = Many(62);
        Rig.Expect("ATTR-6", fits.Length, context.Submit(fits), "io_submit2 of an event of 1016 bytes");
        Rig.Expect("ATTR-6", 1016, context.Take(1)[0].Length, "its bytes");
        Refused(context, "ATTR-6", [.. Many(63)], Errno.EMSGSIZE, Aio2Reason.EventTooLarge);
    }
}
