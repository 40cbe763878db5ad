using System.Buffers;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MessagePack;

namespace AioV2.Spec.Tests.MessagePack;

/// <summary>Any value that MessagePack can hold, for tests: made at random, written, read, and told as one line of text.</summary>
internal abstract record Value
{
    public sealed record Nothing : Value;

    public sealed record Truth(bool Is) : Value;

    public sealed record Whole(Int128 Number) : Value;

    public sealed record Real(double Number) : Value;

    public sealed record Short(float Number) : Value;

    public sealed record Text(string Is) : Value;

    public sealed record Bytes(byte[] Are) : Value;

    public sealed record Extension(sbyte Type, byte[] Data) : Value;

    public sealed record List(Value[] Items) : Value;

    public sealed record Map(Value[] KeysAndValues) : Value;

    /// <summary>Where every form changes its length.</summary>
    private static readonly int[] Lengths = [0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 255, 256, 65535, 65536];

    private static readonly Int128[] Edges =
    [
        0, 127, 128, 255, 256, 65535, 65536, uint.MaxValue, (Int128)uint.MaxValue + 1, long.MaxValue, (Int128)long.MaxValue + 1, ulong.MaxValue,
        -1, -32, -33, -128, -129, short.MinValue, short.MinValue - 1, int.MinValue, (Int128)int.MinValue - 1, long.MinValue,
    ];

    public static Arbitrary<Value> Any => Arb.From(Gen.Sized(size => Of(Math.Min(size, 40))));

    /// <summary>One of every form and of every length at which a form changes.</summary>
    public static IReadOnlyList<Value> Corners { get; } =
    [
        new Nothing(), new Truth(true), new Truth(false), .. Edges.Select(n => new Whole(n)),
        new Real(0.1), new Real(double.NegativeInfinity), new Real(double.Epsilon), new Short(0.5f), new Short(float.MaxValue),
        .. Lengths.Select(n => new Text(new string('x', n))), new Text("Grüße, 𝄞\0"),
        .. Lengths.Select(n => new Bytes([.. Enumerable.Range(0, n).Select(i => (byte)i)])),
        .. Lengths.Select(n => new Extension((sbyte)(n % 128), new byte[n])), new Extension(-128, [1, 2, 3]),
        .. Lengths.Select(n => new List([.. Enumerable.Repeat(new Nothing(), n)])),
        .. Lengths.Select(n => new Map([.. Enumerable.Range(0, n).SelectMany(i => new Value[] { new Whole(i), new Truth(true) })])),
    ];

    public void WriteTo(ref MessagePackWriter writer)
    {
        switch (this)
        {
            case Nothing: writer.WriteNil(); break;
            case Truth(var b): writer.Write(b); break;
            case Whole(var n) when n > long.MaxValue: writer.Write((ulong)n); break;
            case Whole(var n): writer.Write((long)n); break;
            case Real(var d): writer.Write(d); break;
            case Short(var f): writer.Write(f); break;
            case Text(var s): writer.Write(s); break;
            case Bytes(var b): writer.Write(b); break;
            case Extension(var type, var data): writer.WriteExtensionFormat(new ExtensionResult(type, new ReadOnlySequence<byte>(data))); break;
            case List(var items): writer.WriteArrayHeader(items.Length); All(items, ref writer); break;
            case Map(var items): writer.WriteMapHeader(items.Length / 2); All(items, ref writer); break;
            default: throw new InvalidOperationException(ToString());
        }
    }

    public byte[] Written()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(output);
        WriteTo(ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads whatever comes, 100 levels deep at most.</summary>
    public static Value ReadFrom(ref MessagePackReader reader)
    {
        MessagePackSecurity.UntrustedData.WithMaximumObjectGraphDepth(100).DepthStep(ref reader);
        Value value;
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Nil: reader.ReadNil(); value = new Nothing(); break;
            case MessagePackType.Boolean: value = new Truth(reader.ReadBoolean()); break;
            case MessagePackType.Float when reader.NextCode == 0xca: value = new Short(reader.ReadSingle()); break;
            case MessagePackType.Float: value = new Real(reader.ReadDouble()); break;
            case MessagePackType.String: value = new Text(reader.ReadString()!); break;
            case MessagePackType.Binary: value = new Bytes(reader.ReadBytes()!.Value.ToArray()); break;
            case MessagePackType.Extension: value = reader.ReadExtensionFormat() is var e ? new Extension(e.TypeCode, e.Data.ToArray()) : null!; break;
            case MessagePackType.Array: value = new List(Several(reader.ReadArrayHeader(), ref reader)); break;
            case MessagePackType.Map: value = new Map(Several(2 * reader.ReadMapHeader(), ref reader)); break;
            default: value = new Whole(reader.NextCode is >= 0xd0 and <= 0xd3 or >= 0xe0 ? reader.ReadInt64() : reader.ReadUInt64()); break;
        }
        reader.Depth--;
        return value;
    }

    /// <summary>The same text that <c>peer.py</c> makes of the same value.</summary>
    public string Told() => this switch
    {
        Nothing => "nil",
        Truth(var b) => b ? "true" : "false",
        Whole(var n) => n.ToString(CultureInfo.InvariantCulture),
        Real(var d) => "f" + Convert.ToHexStringLower(BitConverter.GetBytes(d)),
        Short(var f) => "f" + Convert.ToHexStringLower(BitConverter.GetBytes((double)f)),
        Text(var s) => "s" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(s)),
        Bytes(var b) => "b" + Convert.ToHexStringLower(b),
        Extension(var type, var data) => $"x{type}:{Convert.ToHexStringLower(data)}",
        List(var items) => $"[{string.Join(",", items.Select(i => i.Told()))}]",
        Map(var items) => $"{{{string.Join(",", items.Select(i => i.Told()))}}}",
        _ => throw new InvalidOperationException(ToString()),
    };

    private static void All(Value[] items, ref MessagePackWriter writer)
    {
        foreach (var item in items)
            item.WriteTo(ref writer);
    }

    private static Value[] Several(int count, ref MessagePackReader reader)
    {
        var items = new List<Value>();
        while (items.Count < count)
            items.Add(ReadFrom(ref reader));
        return [.. items];
    }

    private static Gen<Value> Of(int size)
    {
        var bytes = ArbMap.Default.GeneratorFor<byte>().ArrayOf();
        Gen<Value>[] leaves =
        [
            Gen.Constant<Value>(new Nothing()),
            ArbMap.Default.GeneratorFor<bool>().Select(b => (Value)new Truth(b)),
            Gen.Elements(Edges).Zip(Gen.Choose(-2, 2), (n, d) => (Value)new Whole(Int128.Clamp(n + d, long.MinValue, ulong.MaxValue))),
            ArbMap.Default.GeneratorFor<double>().Select(d => (Value)new Real(d)),
            ArbMap.Default.GeneratorFor<float>().Select(f => (Value)new Short(f)),
            ArbMap.Default.GeneratorFor<NonNull<string>>().Where(s => !s.Get.Any(char.IsSurrogate)).Select(s => (Value)new Text(s.Get)),
            bytes.Select(b => (Value)new Bytes(b)),
            bytes.Zip(ArbMap.Default.GeneratorFor<sbyte>(), (b, t) => (Value)new Extension(t, b)),
        ];
        if (size < 2)
            return Gen.OneOf(leaves);
        var inner = Gen.Choose(0, 6).SelectMany(n => Of(size / 3).ArrayOf(n));
        return Gen.OneOf([.. leaves, inner.Select(i => (Value)new List(i)), inner.Select(i => (Value)new Map(i.Length % 2 == 0 ? i : i[1..]))]);
    }
}
