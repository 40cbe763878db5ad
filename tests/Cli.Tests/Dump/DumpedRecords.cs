using System.Globalization;
using System.Text.RegularExpressions;
using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Cli.Dump;
using AioV2.Spec.Parse;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Cli.Tests.Dump;

/// <summary>Random runs of records, and what the dump says of bytes.</summary>
internal static partial class DumpedRecords
{
    private static readonly Spec.Model.SpecDocument Spec = BuiltInSpec.Load();
    private static readonly Gen<byte> Byte = Gen.Choose(0, 255).Select(b => (byte)b);

    private static readonly Gen<(ushort Type, ushort Flags, int Status, byte[] Payload)> Item =
        from type in Gen.OneOf(Gen.Choose(1, 12), Gen.Choose(1, 0xffff))
        from flags in Gen.Choose(0, Aio2AttrFlags.Known)
        from status in Gen.Choose(-130, 0)
        from bytes in Gen.Choose(0, 41)
        from payload in Byte.ArrayOf(bytes)
        select ((ushort)type, (ushort)flags, status, payload);

    private static readonly Gen<byte[]> Fixed = Byte.ArrayOf(Iocb2.SizeOf);

    private static readonly Gen<(byte[] Fixed, (ushort Type, ushort Flags, int Status, byte[] Payload)[] Items)> Record =
        from part in Fixed
        from count in Gen.Choose(0, 5)
        from items in Item.ArrayOf(count)
        select (part, items.DistinctBy(i => i.Type).ToArray());

    /// <summary>Well-formed runs of one to four records; what the framing does not fix is anything at all.</summary>
    public static Gen<byte[]> Run(RecordKind kind) =>
        from count in Gen.Choose(1, 4)
        from records in Record.ArrayOf(count)
        select records.SelectMany(r => kind == RecordKind.Iocbs ? Iocb(r.Fixed, r.Items) : Event(r.Fixed, r.Items)).ToArray();

    /// <summary>The text, and what was found wrong.</summary>
    public static (string Text, DumpFault? Fault) Dump(RecordKind kind, byte[] run)
    {
        var output = new StringWriter();
        var fault = new RecordDump(output, Spec).Run(kind, run);
        return (output.ToString(), fault);
    }

    /// <summary>The bytes that a text shows, by their offsets.</summary>
    public static SortedDictionary<long, byte> Shown(string text)
    {
        var shown = new SortedDictionary<long, byte>();
        foreach (var line in text.Split('\n').Where(l => !l.Contains("<--", StringComparison.Ordinal)))
        {
            if (Zeroes().Match(line) is { Success: true } zeroes)
            {
                var at = Convert.ToInt64(zeroes.Groups[1].Value, 16);
                for (var i = 0; i < int.Parse(zeroes.Groups[2].Value, CultureInfo.InvariantCulture); i++)
                {
                    shown.Add(at + i, 0);
                }
            }
            else if (Bytes().Match(line) is { Success: true } bytes)
            {
                var at = Convert.ToInt64(bytes.Groups[1].Value, 16);
                foreach (var hex in bytes.Groups[2].Value.Split(' '))
                {
                    shown.Add(at++, Convert.ToByte(hex, 16));
                }
            }
        }

        return shown;
    }

    private static byte[] Iocb(byte[] part, (ushort Type, ushort Flags, int Status, byte[] Payload)[] items)
    {
        var buffer = new byte[Aio2.IocbMax];
        var writer = new IocbWriter(buffer);
        Assert.True(writer.TryBegin(System.Runtime.InteropServices.MemoryMarshal.Read<Iocb2>(part)));
        foreach (var (type, flags, _, payload) in items)
        {
            Assert.True(writer.TryAttribute(type, flags, payload));
        }

        return writer.Written.ToArray();
    }

    private static byte[] Event(byte[] part, (ushort Type, ushort Flags, int Status, byte[] Payload)[] items)
    {
        var buffer = new byte[Aio2.EventMax];
        var writer = new EventWriter(buffer);
        Assert.True(writer.TryBegin(BitConverter.ToUInt64(part, 8), BitConverter.ToInt64(part, 16), (ushort)(BitConverter.ToUInt16(part, 4) & ~Aio2EventFlags.Pad)));
        foreach (var (type, flags, status, payload) in items)
        {
            Assert.True(writer.TryReturn(type, flags, status, payload));
        }

        return writer.Written.ToArray();
    }

    [GeneratedRegex(@"^([0-9a-f]{8})  00 \.\.\. (\d+) bytes of zero$")]
    private static partial Regex Zeroes();

    [GeneratedRegex(@"^([0-9a-f]{8})  ([0-9a-f]{2}(?: [0-9a-f]{2}){0,7})(?:  |$)")]
    private static partial Regex Bytes();
}
