using System.Runtime.InteropServices;
using AioV2.Abi.Codecs;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Abi.Tests.Codecs;

/// <summary>An attribute as a value: what a writer is given and a reader must give back.</summary>
internal sealed record AttributeValue(ushort Type, ushort Flags, int Status, byte[] Payload)
{
    public bool Same(AttributeValue other) =>
        Type == other.Type && Flags == other.Flags && Status == other.Status && Payload.AsSpan().SequenceEqual(other.Payload);
}

/// <summary>An iocb or an event with what follows it.</summary>
internal sealed record RecordValue(byte[] Fixed, AttributeValue[] Attributes)
{
    public Iocb2 Iocb => MemoryMarshal.Read<Iocb2>(Fixed);
}

/// <summary>Random records, and their bytes.</summary>
internal static class RecordGen
{
    private static readonly Gen<byte> Byte = Gen.Choose(0, 255).Select(b => (byte)b);

    private static readonly Gen<ushort> Type = Gen.OneOf(Gen.Choose(1, 70), Gen.Choose(1, 0xffff)).Select(t => (ushort)t);

    private static readonly Gen<AttributeValue> Attribute =
        from type in Type
        from flags in Gen.Choose(0, Aio2AttrFlags.Known)
        from status in Gen.Choose(-130, 0)
        from payload in Gen.Choose(0, 41).SelectMany(n => Byte.ArrayOf(n))
        select new AttributeValue(type, (ushort)flags, status, payload);

    /// <summary>Records with up to eight attributes, no type twice.</summary>
    public static Gen<RecordValue> Record { get; } =
        from bytes in Byte.ArrayOf(Iocb2.SizeOf)
        from attributes in Gen.Choose(0, 8).SelectMany(n => Attribute.ArrayOf(n))
        select new RecordValue(bytes, [.. attributes.DistinctBy(a => a.Type)]);

    /// <summary>Runs of up to six records.</summary>
    public static Gen<RecordValue[]> Run { get; } = Gen.Choose(0, 6).SelectMany(n => Record.ArrayOf(n));

    /// <summary>Writes records as a packed run of iocbs.</summary>
    public static byte[] WriteIocbs(params RecordValue[] records)
    {
        var buffer = new byte[16384];
        new Random(1).NextBytes(buffer);
        var writer = new IocbWriter(buffer);
        foreach (RecordValue record in records)
        {
            Assert.True(writer.TryBegin(record.Iocb));
            foreach (AttributeValue a in record.Attributes)
            {
                Assert.True(writer.TryAttribute(a.Type, a.Flags, a.Payload));
            }
        }

        Assert.Equal(records.Length, writer.Count);
        return writer.Written.ToArray();
    }

    /// <summary>Writes records as a packed run of events.</summary>
    public static byte[] WriteEvents(params RecordValue[] records)
    {
        var buffer = new byte[16384];
        new Random(1).NextBytes(buffer);
        var writer = new EventWriter(buffer);
        foreach (RecordValue record in records)
        {
            Assert.True(writer.TryBegin(record.Iocb.UserData, record.Iocb.Offset, Aio2EventFlags.More));
            foreach (AttributeValue a in record.Attributes)
            {
                Assert.True(writer.TryReturn(a.Type, a.Flags, a.Status, a.Payload));
            }
        }

        return writer.Written.ToArray();
    }
}
