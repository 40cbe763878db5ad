using System.Runtime.InteropServices;
using AioV2.Abi.Codecs;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Codecs;

public sealed class RoundTripTests
{
    [Fact, Requirement("SUBMIT-1", "ATTR-1")]
    public void What_an_iocb_writer_packs_a_reader_gives_back() => Seeded.ForAll(RecordGen.Run, 400, records =>
    {
        byte[] bytes = RecordGen.WriteIocbs(records);
        var run = new IocbRun(bytes);
        foreach (RecordValue expected in records)
        {
            Assert.True(run.TryNext(out IocbReader iocb));
            Iocb2 head = expected.Iocb;
            head.Bytes = (uint)iocb.Bytes;
            Assert.True(MemoryMarshal.AsBytes([head]).SequenceEqual(iocb.Record[..Iocb2.SizeOf]));
            Assert.Equal(head.UserData, iocb.UserData);
            Assert.Equal((head.Opcode, head.Flags), (iocb.Opcode, iocb.Flags));
            Assert.Equal((head.Fd, head.RwFlags, head.Addr, head.Len, head.Offset), (iocb.Fd, iocb.RwFlags, iocb.Addr, iocb.Len, iocb.Offset));
            Assert.False(iocb.CheckAttributes().IsError);
            AttributeReader attributes = iocb.Attributes;
            int at = Iocb2.SizeOf;
            foreach (AttributeValue a in expected.Attributes)
            {
                Assert.True(attributes.TryNext(out IocbAttribute found));
                Assert.True(a.Same(new AttributeValue(found.Type, found.Flags, a.Status, found.Payload.ToArray())));
                Assert.Equal(at, found.Offset);
                at += (Aio2Attr.SizeOf + a.Payload.Length + 7) & ~7;
            }

            Assert.False(attributes.TryNext(out _));
            Assert.False(attributes.Error.IsError);
            Assert.Equal(at, iocb.Bytes);
        }

        Assert.False(run.TryNext(out _));
        Assert.False(run.Error.IsError);
        Assert.Equal(bytes.Length, run.Offset);
    });

    [Fact, Requirement("ATTR-2")]
    public void What_an_event_writer_packs_a_reader_gives_back() => Seeded.ForAll(RecordGen.Run, 400, records =>
    {
        byte[] bytes = RecordGen.WriteEvents(records);
        var run = new EventRun(bytes);
        foreach (RecordValue expected in records)
        {
            Assert.True(run.TryNext(out EventReader e));
            Assert.Equal((expected.Iocb.UserData, expected.Iocb.Offset), (e.UserData, e.Res));
            Assert.True(e.More);
            Assert.Equal(0, e.Reserved);
            Assert.False(ReturnFraming.Check(e.ReturnBytes, IoEvent2.SizeOf, out int count).IsError);
            Assert.Equal(expected.Attributes.Length, count);
            ReturnReader returns = e.Returns;
            foreach (AttributeValue a in expected.Attributes)
            {
                Assert.True(returns.TryNext(out AttributeReturn found));
                Assert.True(a.Same(new AttributeValue(found.Type, found.Flags, found.Status, found.Payload.ToArray())));
                Assert.True(e.TryGetReturn(a.Type, out AttributeReturn same));
                Assert.Equal(found.Offset, same.Offset);
            }

            Assert.False(returns.TryNext(out _));
            Assert.False(returns.Error.IsError);
        }

        Assert.False(run.TryNext(out _));
        Assert.False(run.Error.IsError);
    });

    [Fact]
    public void A_writer_without_room_says_so_and_leaves_a_valid_run() => Seeded.ForAll(RecordGen.Record, 100, record =>
    {
        byte[] whole = RecordGen.WriteIocbs(record);
        for (int room = 0; room < whole.Length; room++)
        {
            var buffer = new byte[room + 8];
            buffer.AsSpan(room).Fill(0x77);
            var writer = new IocbWriter(buffer.AsSpan(0, room));
            bool fitted = writer.TryBegin(record.Iocb);
            foreach (AttributeValue a in record.Attributes)
            {
                fitted &= writer.TryAttribute(a.Type, a.Flags, a.Payload);
            }

            Assert.False(fitted);
            Assert.True(buffer.AsSpan(room).SequenceEqual("wwwwwwww"u8));
            var run = new IocbRun(writer.Written);
            while (run.TryNext(out IocbReader iocb))
            {
                Assert.False(iocb.CheckAttributes().IsError);
            }

            Assert.False(run.Error.IsError);
            writer.Abandon();
            Assert.Equal((0, 0), (writer.Length, writer.Count));
            Assert.False(writer.TryAttribute(1, 0));
        }
    });

    [Fact, Requirement("SUBMIT-3", "ATTR-6")]
    public void No_writer_makes_a_record_that_the_ABI_refuses_for_its_size()
    {
        var buffer = new byte[16384];
        var iocbs = new IocbWriter(buffer);
        Assert.True(iocbs.TryBegin(default));
        Assert.False(iocbs.TryAttribute(1, 0, new byte[Aio2.IocbMax - Iocb2.SizeOf - Aio2Attr.SizeOf + 1]));
        Assert.True(iocbs.TryAttribute(1, 0, new byte[Aio2.IocbMax - Iocb2.SizeOf - Aio2Attr.SizeOf]));
        Assert.False(iocbs.TryAttribute(2, 0));
        Assert.False(IocbReader.Open(iocbs.Written, out IocbReader iocb).IsError);
        Assert.Equal((int)Aio2.IocbMax, iocb.Bytes);

        var events = new EventWriter(buffer);
        Assert.True(events.TryBegin(1, 0));
        Assert.False(events.TryReturn(1, 0, 0, new byte[Aio2.EventMax - IoEvent2.SizeOf - Aio2AttrRet.SizeOf + 1]));
        Assert.True(events.TryReturn(1, 0, 0, new byte[Aio2.EventMax - IoEvent2.SizeOf - Aio2AttrRet.SizeOf]));
        Assert.False(events.TryReserveReturn(2, 0, 0, 0, out _));
        Assert.Equal((int)Aio2.EventMax, events.Length);
    }

    [Fact, Requirement("ATTR-2")]
    public void A_reserved_return_says_that_nobody_handled_it_until_it_is_filled_in()
    {
        var buffer = new byte[256];
        buffer.AsSpan().Fill(0xff);
        var writer = new EventWriter(buffer);
        Assert.True(writer.TryBegin(7, 512));
        Assert.True(writer.TryReserveReturn(Aio2AttrType.Timing, 0, -Errno.EOPNOTSUPP, Aio2RetTiming.SizeOf, out int offset));
        Assert.False(EventReader.Open(writer.Written, out EventReader before).IsError);
        Assert.True(before.TryGetReturn(Aio2AttrType.Timing, out AttributeReturn silent));
        Assert.Equal(-Errno.EOPNOTSUPP, silent.Status);
        Assert.Equal(0ul, silent.Read<Aio2RetTiming>().Complete);

        var timing = new Aio2RetTiming { Submit = 1, Issue = 2, Complete = 3 };
        EventWriter.SetReturn(buffer, offset, 0, MemoryMarshal.AsBytes([timing]));
        Assert.False(EventReader.Open(writer.Written, out EventReader after).IsError);
        Assert.True(after.TryGetReturn(Aio2AttrType.Timing, out AttributeReturn filled));
        Assert.True(filled.Handled);
        Assert.Equal((1ul, 2ul, 3ul), (filled.Read<Aio2RetTiming>().Submit, filled.Read<Aio2RetTiming>().Issue, filled.Read<Aio2RetTiming>().Complete));
    }

    [Theory, Requirement("ATTR-4")]
    [InlineData(7, 0, Aio2Reason.PayloadTooShort)]
    [InlineData(8, 0, Aio2Reason.None)]
    [InlineData(12, 0, Aio2Reason.None)]
    [InlineData(16, 0, Aio2Reason.None)]
    [InlineData(40, 0, Aio2Reason.None)]
    [InlineData(40, 1, Aio2Reason.PayloadTooLong)]
    public void A_payload_is_zero_extended_and_its_excess_must_be_zero(int bytes, int last, uint expected)
    {
        var payload = new byte[bytes];
        payload[0] = 5;
        payload[^1] |= (byte)last;
        var buffer = new byte[256];
        var writer = new IocbWriter(buffer);
        Assert.True(writer.TryBegin(default));
        Assert.True(writer.TryAttribute(9, 0, payload));
        Assert.False(IocbReader.Open(writer.Written, out IocbReader iocb).IsError);
        AttributeReader attributes = iocb.Attributes;
        Assert.True(attributes.TryNext(out IocbAttribute a));

        RecordError error = a.Read(firstBytes: 8, out (ulong First, ulong Second) value);

        Assert.Equal(new RecordError(expected, expected == 0 ? 0 : Iocb2.SizeOf), error);
        Assert.Equal(expected == 0 ? 5ul : 0, value.First);
        Assert.Equal(0ul, value.Second);
    }
}
