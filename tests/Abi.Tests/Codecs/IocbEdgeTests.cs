using System.Runtime.InteropServices;
using AioV2.Abi.Codecs;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Codecs;

/// <summary>Iocbs and attributes at the edges, and what an error says of itself.</summary>
public sealed class IocbEdgeTests
{
    [Theory, Requirement("SUBMIT-3")]
    [InlineData(0, 48u, Aio2Reason.RecordTruncated)]
    [InlineData(3, 48u, Aio2Reason.RecordTruncated)]
    [InlineData(4, 40u, Aio2Reason.RecordTooShort)]
    [InlineData(4, 48u, Aio2Reason.RecordTruncated)]
    [InlineData(47, 48u, Aio2Reason.RecordTruncated)]
    [InlineData(48, 48u, Aio2Reason.None)]
    [InlineData(48, 56u, Aio2Reason.RecordTruncated)]
    [InlineData(48, 52u, Aio2Reason.RecordUnaligned)]
    public void An_iocb_is_read_or_refused_by_what_is_left_of_the_run(int run, uint bytes, uint reason)
    {
        var memory = new byte[64];
        MemoryMarshal.Write(memory, in bytes);

        RecordError error = IocbReader.Open(memory.AsSpan(0, run), out IocbReader iocb);

        Assert.Equal(new RecordError(reason, 0), error);
        Assert.Equal(reason == Aio2Reason.None ? 48 : 0, iocb.Bytes);
    }

    [Fact, Requirement("SUBMIT-5")]
    public void An_error_in_a_run_has_its_place_in_the_run_and_ends_the_walk()
    {
        var run = new byte[48 + 48];
        MemoryMarshal.Write(run, 48u);
        MemoryMarshal.Write(run.AsSpan(48), 44u);
        var iocbs = new IocbRun(run);
        int found = 0;
        foreach (IocbReader iocb in iocbs)
        {
            found++;
            Assert.Equal((48, 0), (iocb.Bytes, iocb.AttributeBytes.Length));
        }

        Assert.Equal(1, found);
        Assert.True(iocbs.MoveNext());
        Assert.False(iocbs.MoveNext());
        Assert.False(iocbs.TryNext(out IocbReader none));
        Assert.Equal((new RecordError(Aio2Reason.RecordTooShort, 48), 48, 0), (iocbs.Error, iocbs.Offset, none.Bytes));

        var events = new EventRun(run.AsSpan(0, 56));
        Assert.True(events.MoveNext());
        Assert.Equal(48, events.Current.Bytes);
        Assert.False(events.MoveNext());
        Assert.Equal((new RecordError(Aio2Reason.RecordUnaligned, 48), 48, 0), (events.Error, events.Offset, events.Current.Bytes));
        Assert.False(events.TryNext(out _));
    }

    [Fact, Requirement("ATTR-1")]
    public void An_attribute_tells_its_flags_place_and_payload()
    {
        var writer = new IocbWriter(new byte[256]);
        Assert.False(writer.TryAttribute(1, 0));
        Assert.True(writer.TryBegin(new Iocb2 { Bytes = 9999, UserData = 3 }));
        Assert.True(writer.TryAttribute(7, Aio2AttrFlags.Required, 0x11223344) && writer.TryAttribute(8, Aio2AttrFlags.Noreturn));
        Assert.False(IocbReader.Open(writer.Written, out IocbReader iocb).IsError);
        Assert.Equal((72, 1, 3ul, 72u), (iocb.Bytes, writer.Count, iocb.UserData, iocb.Fixed.Bytes));

        AttributeReader attributes = iocb.Attributes;
        Assert.True(attributes.MoveNext());
        IocbAttribute first = attributes.Current;
        Assert.Equal((7, 48, 4, true, false), (first.Type, first.Offset, first.Payload.Length, first.Required, first.NoReturn));
        Assert.True(attributes.TryNext(out IocbAttribute second));
        Assert.Equal((8, 64, 0, false, true), (second.Type, second.Offset, second.Payload.Length, second.Required, second.NoReturn));
        Assert.False(attributes.TryNext(out IocbAttribute none));
        Assert.Equal((0, default), (none.Type, attributes.Error));

        int seen = 0;
        foreach (IocbAttribute a in iocb.Attributes)
        {
            seen += a.Type;
        }

        Assert.Equal(15, seen);
    }

    [Fact, Requirement("ATTR-1")]
    public void A_walk_over_attributes_stops_for_good_at_the_first_error()
    {
        byte[] run = Convert.FromHexString("08000000010000000700000002000000" + "0800000003000000");
        var attributes = new AttributeReader(run, 10);

        Assert.True(attributes.MoveNext());
        Assert.False(attributes.MoveNext());
        Assert.Equal(new RecordError(Aio2Reason.AttrTooShort, 18), attributes.Error);
        Assert.False(attributes.MoveNext());
        Assert.Equal(new RecordError(Aio2Reason.AttrTooShort, 8), AttributeFraming.Check(run, 0, out int count));
        Assert.Equal(1, count);
        Assert.Equal(new RecordError(Aio2Reason.AttrTooShort, 8), AttributeFraming.Check(run));
    }

    [Theory, Requirement("ATTR-5")]
    [InlineData("0800000005000000" + "0800000005000000", 8)]
    [InlineData("0800000005000000" + "0800000045000000" + "0800000085000000", 0)]
    [InlineData("0800000045000000" + "0800000005000000" + "0800000045000000", 16)]
    [InlineData("0900000005000000ff00000000000000" + "0800000005000000", 16)]
    [InlineData("0000000005000000" + "0800000005000000", 0)]
    [InlineData("ffffffff05000000" + "0800000005000000", 0)]
    [InlineData("1100000005000000" + "0800000005000000", 0)]
    [InlineData("0800000005000000" + "080000000500", 0)]
    public void The_same_type_is_looked_for_as_far_as_heads_go(string hex, int second)
    {
        RecordError error = AttributeFraming.CheckTwice(Convert.FromHexString(hex), 100);

        Assert.Equal(second == 0 ? default : new RecordError(Aio2Reason.AttrTwice, 100 + second), error);
    }

    [Fact, Requirement("SUBMIT-1")]
    public void An_abandoned_record_leaves_those_before_it()
    {
        var writer = new IocbWriter(new byte[256]);
        writer.Abandon();
        Assert.Equal((0, 0), (writer.Length, writer.Count));
        Assert.True(writer.TryBegin(default) && writer.TryBegin(default) && writer.TryAttribute(1, 0));
        writer.Abandon();
        writer.Abandon();
        Assert.Equal((48, 1), (writer.Length, writer.Count));
        Assert.False(writer.TryAttribute(1, 0));
        Assert.True(writer.TryBegin(default));
        Assert.Equal((96, 2), (writer.Length, writer.Count));
    }

    [Fact, Requirement("SUBMIT-5")]
    public void An_error_is_a_value_that_says_what_and_where()
    {
        var error = new RecordError(Aio2Reason.AttrTwice, 56);

        Assert.Equal("the same attribute type twice, at byte 56", error.ToString());
        Assert.Equal("no error", default(RecordError).ToString());
        Assert.Equal(new RecordError(Aio2Reason.AttrTwice, 60), error.Shifted(4));
        Assert.Equal(default, default(RecordError).Shifted(4));
        Assert.True(error == new RecordError(Aio2Reason.AttrTwice, 56) && error != new RecordError(Aio2Reason.AttrTwice, 57));
        Assert.True(error != new RecordError(Aio2Reason.AttrPadding, 56) && !error.Equals("an error") && error.Equals((object)error));
        Assert.Equal(error.GetHashCode(), new RecordError(Aio2Reason.AttrTwice, 56).GetHashCode());
        Assert.NotEqual(error.GetHashCode(), new RecordError(Aio2Reason.AttrTwice, 57).GetHashCode());
        Assert.NotEqual(error.GetHashCode(), new RecordError(Aio2Reason.AttrPadding, 56).GetHashCode());
    }
}
