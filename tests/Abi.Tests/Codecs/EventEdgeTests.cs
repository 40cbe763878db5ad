using System.Runtime.InteropServices;
using AioV2.Abi.Codecs;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Codecs;

/// <summary>Events and returns at the edges: the smallest, the last, the one too many.</summary>
public sealed class EventEdgeTests
{
    [Theory, Requirement("RING-3", "GET-1")]
    [InlineData(0, 24u, 0, Aio2Reason.RecordTruncated, 0)]
    [InlineData(7, 24u, 0, Aio2Reason.RecordTruncated, 0)]
    [InlineData(8, 24u, 0, Aio2Reason.RecordTruncated, 0)]
    [InlineData(23, 24u, 0, Aio2Reason.RecordTruncated, 0)]
    [InlineData(24, 24u, 0, Aio2Reason.None, 0)]
    [InlineData(24, 32u, 0, Aio2Reason.RecordTruncated, 0)]
    [InlineData(32, 32u, 0, Aio2Reason.None, 0)]
    [InlineData(8, 23u, 0, Aio2Reason.RecordTooShort, 0)]
    [InlineData(64, 16u, 0, Aio2Reason.RecordTooShort, 0)]
    [InlineData(64, 28u, 0, Aio2Reason.RecordUnaligned, 0)]
    [InlineData(64, 4u, Aio2EventFlags.Pad, Aio2Reason.FlagsUnknown, 4)]
    [InlineData(64, 24u, Aio2EventFlags.Pad | Aio2EventFlags.More, Aio2Reason.FlagsUnknown, 4)]
    public void An_event_is_read_or_refused_with_its_reason_and_place(int run, uint bytes, int flags, uint reason, int offset)
    {
        var memory = new byte[64];
        var head = new IoEvent2 { Bytes = bytes, Flags = (ushort)flags };
        MemoryMarshal.Write(memory, in head);

        RecordError error = EventReader.Open(memory.AsSpan(0, run), out EventReader e);

        Assert.Equal(new RecordError(reason, offset), error);
        Assert.Equal(reason == Aio2Reason.None ? (int)bytes : 0, e.Bytes);
    }

    [Fact, Requirement("RING-3")]
    public void Each_field_of_an_event_is_its_own()
    {
        var fixedPart = new IoEvent2 { Bytes = 24, Flags = Aio2EventFlags.Level, Reserved = 0x1234, UserData = 0x0102030405060708, Res = -5 };
        Assert.False(EventReader.Open(MemoryMarshal.AsBytes([fixedPart]), out EventReader e).IsError);

        Assert.Equal((Aio2EventFlags.Level, 0x1234, 0x0102030405060708ul, -5L), (e.Flags, e.Reserved, e.UserData, e.Res));
        Assert.False(e.More);
        Assert.Equal(fixedPart, e.Fixed);
        Assert.Equal((24, 0), (e.Record.Length, e.ReturnBytes.Length));
        Assert.False(e.TryGetReturn(1, out _));
    }

    [Fact, Requirement("ATTR-2")]
    public void A_return_is_found_by_its_type_and_another_type_is_not()
    {
        var writer = new EventWriter(new byte[256]);
        Assert.False(writer.TryReturn(1, 0, 0, default));
        Assert.False(writer.TryReserveReturn(1, 0, 0, 0, out int none));
        Assert.Equal(0, none);
        Assert.True(writer.TryBegin(1, 2, Aio2EventFlags.More));
        Assert.True(writer.TryReturn(5, 0x11, -7, 0x0a0b0c0d));
        Assert.True(writer.TryReserveReturn(6, 0x22, 0, 3, out int offset));
        Assert.Equal((24 + 24, 24 + 24 + 24), (offset, writer.Length));
        Assert.False(EventReader.Open(writer.Written, out EventReader e).IsError);

        Assert.True(e.TryGetReturn(5, out AttributeReturn five));
        Assert.Equal((5, 0x11, -7, 24, 4), (five.Type, five.Flags, five.Status, five.Offset, five.Payload.Length));
        Assert.Equal(0x0a0b0c0d, five.Read<int>());
        Assert.Equal(0x0a0b0c0dul, five.Read<ulong>());
        Assert.False(five.Handled);
        Assert.True(e.TryGetReturn(6, out AttributeReturn six));
        Assert.Equal((0x22, 0, 48, 3), (six.Flags, six.Status, six.Offset, six.Payload.Length));
        Assert.False(e.TryGetReturn(7, out _));
    }

    [Fact, Requirement("ATTR-6")]
    public void A_return_that_fits_to_the_byte_is_taken_and_one_byte_less_is_not()
    {
        Assert.Equal((16, 24, 24, 32), (EventWriter.ReturnBytes(0), EventWriter.ReturnBytes(1), EventWriter.ReturnBytes(8), EventWriter.ReturnBytes(9)));
        foreach (int room in (int[])[47, 48])
        {
            var writer = new EventWriter(new byte[room]);
            Assert.True(writer.TryBegin(1, 0));
            Assert.Equal(room == 48, writer.TryReturn(1, 0, 0, new byte[5]));
            Assert.Equal(room == 48 ? 48 : 24, writer.Written.Length);
        }

        Assert.False(new EventWriter(new byte[23]).TryBegin(1, 0));
        Assert.True(new EventWriter(new byte[24]).TryBegin(1, 0));
        var negative = new EventWriter(new byte[256]);
        Assert.True(negative.TryBegin(1, 0));
        Assert.False(negative.TryReserveReturn(1, 0, 0, -1, out _));
    }

    [Fact, Requirement("ATTR-2")]
    public void A_second_event_has_offsets_and_bytes_of_its_own()
    {
        var buffer = new byte[256];
        buffer.AsSpan().Fill(0xee);
        var writer = new EventWriter(buffer);
        Assert.True(writer.TryBegin(1, 0) && writer.TryReturn(1, 0, 0, new byte[1]) && writer.TryBegin(2, 0));
        Assert.True(writer.TryReserveReturn(9, 0, -1, 1, out int offset));
        Assert.Equal(24, offset);

        EventWriter.SetReturn(buffer.AsSpan(48), offset, 3, [0x5a]);
        var serials = new List<(ulong, int, int)>();
        foreach (EventReader e in new EventRun(writer.Written))
        {
            foreach (AttributeReturn r in e.Returns)
            {
                serials.Add((e.UserData, r.Type, r.Status));
            }
        }

        Assert.Equal([(1ul, 1, 0), (2ul, 9, 3)], serials);
        Assert.Equal((0x5a, 0), (buffer[48 + 24 + 16], buffer[48 + 24 + 17]));
        Assert.Throws<ArgumentException>(() => EventWriter.SetReturn(buffer.AsSpan(48), 24, 0, [1, 2]));
    }

    [Theory, Requirement("ATTR-2", "ABI-2")]
    [InlineData("10000000010000000000000000000000", Aio2Reason.None, 0, 1)]
    [InlineData("0f000000010000000000000000000000", Aio2Reason.AttrTooShort, 24, 0)]
    [InlineData("0800000001000000", Aio2Reason.AttrTooShort, 24, 0)]
    [InlineData("1000000001000000000000000000000000000000", Aio2Reason.AttrTooShort, 40, 1)]
    [InlineData("18000000010000000000000000000000", Aio2Reason.AttrTruncated, 24, 0)]
    [InlineData("10000000010000000000000001000000", Aio2Reason.FieldNotZero, 24, 0)]
    [InlineData("11000000010000000000000000000000ff00000000000001", Aio2Reason.AttrPadding, 24, 0)]
    [InlineData("10000000000000000000000000000000", Aio2Reason.AttrTypeZero, 24, 0)]
    public void Returns_are_judged_strictly_and_named_by_their_heads(string hex, uint reason, int offset, int count)
    {
        RecordError error = ReturnFraming.Check(Convert.FromHexString(hex), IoEvent2.SizeOf, out int found);

        Assert.Equal((new RecordError(reason, offset), count), (error, found));
    }

    [Theory, Requirement("ATTR-2")]
    [InlineData("0f000000010000000000000000000000", Aio2Reason.AttrTooShort, 0)]
    [InlineData("11000000010000000000000000000000", Aio2Reason.AttrTruncated, 0)]
    [InlineData("100000000100000000000000000000", Aio2Reason.AttrTooShort, 0)]
    [InlineData("1000000001000000000000000000000010000000", Aio2Reason.AttrTooShort, 1)]
    [InlineData("1100000001000000000000000000000077", Aio2Reason.None, 1)]
    public void A_walk_over_returns_ends_at_the_first_that_goes_beyond(string hex, uint reason, int count)
    {
        var returns = new ReturnReader(Convert.FromHexString(hex), 100);
        int found = 0;
        while (returns.MoveNext())
        {
            Assert.Equal(1, returns.Current.Type);
            found++;
        }

        Assert.Equal((reason, count), (returns.Error.Reason, found));
        Assert.Equal(reason == Aio2Reason.None ? 0 : 100 + (count * 16), returns.Error.Offset);
        Assert.False(returns.TryNext(out _));
        Assert.Equal(0, returns.Current.Type);
        Assert.Equal(reason, returns.Error.Reason);
    }
}
