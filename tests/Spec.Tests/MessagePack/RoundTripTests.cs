using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MessagePack;

namespace AioV2.Spec.Tests.MessagePack;

/// <summary>What is written is read again, in any segments, and in the shortest form.</summary>
public sealed class RoundTripTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithReplay(4711, 4713).WithMaxTest(500);

    public static TheoryData<int> Corners => [.. Enumerable.Range(0, Value.Corners.Count)];

    [Theory, MemberData(nameof(Corners))]
    public void Every_form_comes_back(int corner) => ComesBack(Value.Corners[corner], 7);

    [Fact]
    public void Any_value_comes_back_from_segments_of_any_size() => Prop.ForAll(Value.Any, Gen.Choose(1, 40).ToArbitrary(), ComesBack).Check(Runs);

    [Fact]
    public void Skip_and_raw_take_exactly_one_value() => Prop.ForAll(Value.Any, Value.Any, (value, next) =>
    {
        byte[] bytes = value.Written(), both = [.. bytes, .. next.Written()];
        var reader = new MessagePackReader(both);
        reader.Skip();
        Assert.Equal(bytes.Length, reader.Consumed);
        Assert.Equal(next.Told(), Value.ReadFrom(ref reader).Told());
        Assert.True(reader.End);

        var raw = new MessagePackReader(both);
        Assert.Equal(bytes, raw.ReadRaw().ToArray());
    }).Check(Runs);

    [Theory]
    [InlineData(0, 1), InlineData(127, 1), InlineData(128, 2), InlineData(255, 2), InlineData(256, 3), InlineData(65536, 5), InlineData(4294967296, 9)]
    [InlineData(-32, 1), InlineData(-33, 2), InlineData(-128, 2), InlineData(-129, 3), InlineData(-32769, 5), InlineData(-2147483649, 9)]
    public void An_integer_takes_its_shortest_form(long number, int bytes) => Assert.Equal(bytes, new Value.Whole(number).Written().Length);

    [Fact]
    public void Every_width_reads_what_fits_and_refuses_what_does_not()
    {
        var bytes = new Value.Whole(-129).Written();

        Assert.Equal(-129, new MessagePackReader(bytes).ReadInt16());
        Assert.Equal(-129, new MessagePackReader(bytes).ReadInt32());
        Assert.Throws<MessagePackSerializationException>(() => new MessagePackReader(bytes).ReadSByte());
        Assert.Throws<MessagePackSerializationException>(() => new MessagePackReader(bytes).ReadByte());
        Assert.Throws<MessagePackSerializationException>(() => new MessagePackReader(bytes).ReadUInt64());
        Assert.Equal(255, new MessagePackReader(new byte[] { 0xd1, 0, 255 }).ReadByte());
        Assert.Equal(65535, new MessagePackReader(new byte[] { 0xcf, 0, 0, 0, 0, 0, 0, 255, 255 }).ReadUInt16());
        Assert.Equal(5u, new MessagePackReader(new byte[] { 0xd3, 0, 0, 0, 0, 0, 0, 0, 5 }).ReadUInt32());
        Assert.Equal(-1, new MessagePackReader(new byte[] { 0xff }).ReadSByte());
    }

    [Fact]
    public void Nil_stands_for_no_text_and_no_bytes()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(output);
        writer.Write((string?)null);
        writer.WriteNil();
        writer.WriteString(Encoding.UTF8.GetBytes("ring"));
        writer.Flush();

        var reader = new MessagePackReader(output.WrittenMemory);
        Assert.Null(reader.ReadString());
        Assert.Null(reader.ReadBytes());
        Assert.False(reader.TryReadNil());
        Assert.Equal("ring", reader.ReadString());
    }

    private static void ComesBack(Value value, int segment)
    {
        var reader = new MessagePackReader(Segments.Of(value.Written(), segment));
        Assert.Equal(value.Told(), Value.ReadFrom(ref reader).Told());
        Assert.True(reader.End);
    }
}
