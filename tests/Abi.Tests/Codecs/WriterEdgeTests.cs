using AioV2.Abi.Codecs;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Codecs;

/// <summary>Room in a buffer and in a record, to the byte: for the first record, and for one behind it.</summary>
public sealed class WriterEdgeTests
{
    private const int Head = Iocb2.SizeOf + Aio2Attr.SizeOf;

    [Theory, Requirement("SUBMIT-3", "ATTR-1")]
    [InlineData(0)]
    [InlineData(1)]
    public void Iocbs_fit_to_the_byte_and_are_refused_with_one_byte_less(int before)
    {
        foreach (var less in (int[])[0, 1])
        {
            var buffer = new byte[(before * Iocb2.SizeOf) + Iocb2.SizeOf - less];
            var writer = new IocbWriter(buffer);
            Assert.True(before == 0 || writer.TryBegin(default));
            Assert.Equal(less == 0, writer.TryBegin(default));

            buffer = new byte[(before * Iocb2.SizeOf) + Head + 16 - less];
            writer = new IocbWriter(buffer);
            Assert.True(before == 0 || writer.TryBegin(default));
            Assert.True(writer.TryBegin(default));
            Assert.Equal(less == 0, writer.TryAttribute(1, 0, new byte[16]));
            Assert.Equal(less == 0 ? buffer.Length : buffer.Length - 23, writer.Length);
        }
    }

    [Fact, Requirement("SUBMIT-3")]
    public void Each_iocb_may_have_as_many_bytes_as_the_first()
    {
        var writer = new IocbWriter(new byte[3 * Aio2.IocbMax]);
        for (var i = 0; i < 2; i++)
        {
            Assert.True(writer.TryBegin(default));
            Assert.False(writer.TryAttribute(1, 0, new byte[Aio2.IocbMax - Head + 1]));
            Assert.False(writer.TryAttribute(1, 0, new byte[2 * Aio2.IocbMax]));
            Assert.True(writer.TryAttribute(1, 0, new byte[Aio2.IocbMax - Head]));
            Assert.False(writer.TryAttribute(2, 0));
            Assert.Equal((i + 1) * Aio2.IocbMax, writer.Length);
        }

        var run = new IocbRun(writer.Written);
        Assert.True(run.MoveNext() && run.Current.Bytes == Aio2.IocbMax);
        Assert.True(run.MoveNext() && run.Current.Bytes == Aio2.IocbMax);
        Assert.False(run.MoveNext() || run.Error.IsError);
    }

    [Fact, Requirement("ATTR-1")]
    public void Without_a_record_there_is_no_attribute_and_no_return()
    {
        var iocbs = new IocbWriter(new byte[256]);
        Assert.False(iocbs.TryAttribute(1, 0));
        Assert.True(iocbs.TryBegin(default));
        iocbs.Abandon();
        Assert.False(iocbs.TryAttribute(1, 0));

        var events = new EventWriter(new byte[256]);
        Assert.False(events.TryReserveReturn(1, 0, 0, 8, out _));
    }

    [Theory, Requirement("RING-3", "ATTR-6")]
    [InlineData(0)]
    [InlineData(1)]
    public void Events_fit_to_the_byte_and_are_refused_with_one_byte_less(int before)
    {
        foreach (var less in (int[])[0, 1])
        {
            var writer = new EventWriter(new byte[(before * IoEvent2.SizeOf) + IoEvent2.SizeOf - less]);
            Assert.True(before == 0 || writer.TryBegin(1, 2));
            Assert.Equal(less == 0, writer.TryBegin(1, 2));
        }
    }

    [Fact, Requirement("ATTR-6")]
    public void Each_event_may_have_as_many_bytes_as_the_first()
    {
        const int Most = (int)Aio2.EventMax - IoEvent2.SizeOf - Aio2AttrRet.SizeOf;
        var writer = new EventWriter(new byte[3 * Aio2.EventMax]);
        for (var i = 0; i < 2; i++)
        {
            Assert.True(writer.TryBegin(1, 2));
            Assert.False(writer.TryReserveReturn(1, 0, 0, Most + 1, out _));
            Assert.False(writer.TryReserveReturn(1, 0, 0, -1, out _));
            Assert.True(writer.TryReserveReturn(1, 0, 0, Most, out var offset));
            Assert.Equal(IoEvent2.SizeOf, offset);
            Assert.False(writer.TryReserveReturn(2, 0, 0, 0, out _));
            Assert.Equal((i + 1) * (int)Aio2.EventMax, writer.Length);
        }
    }

    /// <summary>What stands behind a run is not its own, be it a plausible size.</summary>
    [Theory, Requirement("ATTR-1"), InlineData(4), InlineData(7)]
    public void An_attribute_without_its_head_is_too_short_whatever_its_bytes_say(int left)
    {
        byte[] memory = [8, 0, 0, 0, 1, 0, 0, 0];
        Assert.Equal(new RecordError(Aio2Reason.AttrTooShort, 0), AttributeFraming.Check(memory.AsSpan(0, left)));
        memory[0] = 200;
        Assert.Equal(new RecordError(Aio2Reason.AttrTooShort, 0), AttributeFraming.Check(memory.AsSpan(0, left)));
    }
}
