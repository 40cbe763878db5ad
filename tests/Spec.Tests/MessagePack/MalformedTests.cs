using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using MessagePack;

namespace AioV2.Spec.Tests.MessagePack;

/// <summary>Whatever comes is read, or refused with the offset of the bad value: no crash, no other exception, no memory on its word.</summary>
public sealed partial class MalformedTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithReplay(2026, 2027).WithMaxTest(400);

    [Fact]
    public void Input_that_ends_too_early_is_refused_at_every_length() => Prop.ForAll(Value.Any, value =>
    {
        var bytes = value.Written();
        for (var length = 0; length < Math.Min(bytes.Length, 200); length++)
        {
            var (part, refused) = (bytes[..length], 0);
            foreach (var read in new Func<byte[], long?>[] { Read, Skip })
                refused += read(part) is { } at && at <= length ? 1 : 0;
            Assert.Equal(2, refused);
        }
    }).Check(Runs);

    [Fact]
    public void A_spoilt_byte_gives_a_value_or_a_refusal() => Prop.ForAll(Value.Any, Gen.Choose(0, 1 << 20).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(), (value, where, with) =>
    {
        var bytes = value.Written();
        bytes[where % bytes.Length] = (byte)with;
        Bounded(bytes);
    }).Check(Runs.WithMaxTest(3000));

    [Fact]
    public void Noise_gives_a_value_or_a_refusal() => Prop.ForAll<byte[]>(bytes => Bounded(bytes)).Check(Runs.WithMaxTest(3000));

    [Theory]
    [InlineData("c1", 0)]
    [InlineData("92 01 c1", 2)]
    [InlineData("93 a2 6f 6b a1 ff c0", 4)] // text that is not UTF-8
    [InlineData("91 dd ff ff ff ff", 1)] // four thousand million elements in none
    [InlineData("df 80 00 00 00", 0)]
    [InlineData("c6 ff ff ff ff 00", 0)]
    [InlineData("92 c0 c9 00 00 00 02 05 01", 2)]
    [InlineData("92 c0 d9", 2)]
    [InlineData("", 0)]
    public void The_refusal_tells_the_offset(string hex, long offset) => Assert.Equal(offset, Read(Hex(hex)));

    [Fact]
    public void Values_of_another_kind_are_refused_where_they_stand()
    {
        byte[] bytes = [0xa1, (byte)'x'];

        Refused(0, () => new MessagePackReader(bytes).ReadInt32());
        Refused(0, () => new MessagePackReader(bytes).ReadBoolean());
        Refused(0, () => new MessagePackReader(bytes).ReadDouble());
        Refused(0, () => new MessagePackReader(bytes).ReadSingle());
        Refused(0, () => new MessagePackReader(bytes).ReadArrayHeader());
        Refused(0, () => new MessagePackReader(bytes).ReadMapHeader());
        Refused(0, () => new MessagePackReader(bytes).ReadBytes());
        Refused(0, () => new MessagePackReader(bytes).ReadExtensionFormat());
        Refused(0, () => new MessagePackReader(bytes).ReadNil());
        Refused(0, () => new MessagePackReader(new byte[] { 1 }).ReadString());
    }

    [Fact]
    public void Depth_is_bounded_where_values_are_built_and_needs_no_stack_where_they_are_skipped()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)0x91, 1_000_000), 0xc0];

        Assert.Equal(100, Read(deep));
        var reader = new MessagePackReader(deep);
        reader.Skip();
        Assert.True(reader.End);
    }

    [Fact]
    public void A_length_allocates_nothing_before_its_bytes_are_there()
    {
        byte[][] greedy = [Hex("dd 7f ff ff ff c0"), Hex("df 7f ff ff ff c0"), Hex("db 7f ff ff ff 20"), Hex("c6 7f ff ff ff 00"), Hex("c9 7f ff ff ff 01 00")];
        Assert.All(greedy, bytes => Assert.Equal(0, Read(bytes)));

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var bytes in greedy)
            Read(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static void Bounded(byte[] bytes)
    {
        foreach (var refusedAt in new[] { Read(bytes), Skip(bytes) })
            Assert.InRange(refusedAt ?? 0, 0, bytes.Length);
    }

    /// <summary>Where the input is refused; null if it is read. Any other exception is the test's failure.</summary>
    private static long? Read(byte[] bytes) => OffsetOf(() =>
    {
        var reader = new MessagePackReader(bytes);
        Value.ReadFrom(ref reader);
        Assert.InRange(reader.Consumed, 1, bytes.Length);
    });

    private static long? Skip(byte[] bytes) => OffsetOf(() => new MessagePackReader(bytes).Skip());

    private static long? OffsetOf(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (MessagePackSerializationException e)
        {
            return long.Parse(Offset().Match(e.Message).Groups[1].Value);
        }
    }

    private static void Refused(long at, Action read) => Assert.Equal(at, OffsetOf(read));

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    [GeneratedRegex(@"at offset (\d+)")]
    private static partial Regex Offset();
}
