using System.Buffers.Binary;
using AioV2.Abi.Codecs;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Abi.Tests.Codecs;

/// <summary>Every truncation, every flipped bit and noise: an error with an offset, or a valid reading; never outside the span.</summary>
public sealed class HostileRecordTests
{
    [Fact, Requirement("SUBMIT-3", "ATTR-1")]
    public void Every_truncation_of_a_run_is_an_error_in_its_last_record_or_a_shorter_valid_run()
    {
        using var guarded = new GuardedBytes(16384);
        Seeded.ForAll(RecordGen.Run, 30, records =>
        {
            byte[] iocbs = RecordGen.WriteIocbs(records);
            byte[] events = RecordGen.WriteEvents(records);
            List<int> starts = Boundaries(iocbs), eventStarts = Boundaries(events);
            for (int length = 0; length <= iocbs.Length; length++)
            {
                var run = new IocbRun(guarded.Hold(iocbs.AsSpan(0, length)));
                Walk(ref run);
                Assert.Equal(!starts.Contains(length), run.Error.IsError);
                Assert.True(!run.Error.IsError || (run.Error.Reason == Aio2Reason.RecordTruncated && run.Error.Offset == starts.Last(s => s < length)));
            }

            for (int length = 0; length <= events.Length; length++)
            {
                var run = new EventRun(guarded.Hold(events.AsSpan(0, length)));
                Walk(ref run);
                Assert.Equal(!eventStarts.Contains(length), run.Error.IsError);
                Assert.True(!run.Error.IsError || run.Error.Reason == Aio2Reason.RecordTruncated);
            }
        });
    }

    [Fact, Requirement("SUBMIT-3", "ATTR-1")]
    public void Every_flipped_bit_gives_an_error_inside_the_run_or_a_valid_reading()
    {
        using var guarded = new GuardedBytes(16384);
        Seeded.ForAll(Gen.Zip(RecordGen.Record, RecordGen.Record), 25, pair =>
        {
            byte[] iocbs = RecordGen.WriteIocbs(pair.Item1, pair.Item2);
            byte[] events = RecordGen.WriteEvents(pair.Item1, pair.Item2);
            for (int bit = 0; bit < iocbs.Length * 8; bit++)
            {
                iocbs[bit >> 3] ^= (byte)(1 << (bit & 7));
                var run = new IocbRun(guarded.Hold(iocbs));
                Walk(ref run);
                iocbs[bit >> 3] ^= (byte)(1 << (bit & 7));
            }

            for (int bit = 0; bit < events.Length * 8; bit++)
            {
                events[bit >> 3] ^= (byte)(1 << (bit & 7));
                var run = new EventRun(guarded.Hold(events));
                Walk(ref run);
                events[bit >> 3] ^= (byte)(1 << (bit & 7));
            }
        });
    }

    [Fact, Requirement("ATTR-1")]
    public void Noise_that_looks_like_records_is_walked_within_its_bounds()
    {
        using var guarded = new GuardedBytes(4096);
        Gen<uint> word = Gen.OneOf(Gen.Choose(0, 80).Select(x => (uint)x), Gen.Choose(int.MinValue, int.MaxValue).Select(x => (uint)x));
        Seeded.ForAll(Gen.Choose(0, 60).SelectMany(n => word.ArrayOf(n)), 5000, words =>
        {
            var bytes = new byte[words.Length * 4];
            for (int i = 0; i < words.Length; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), words[i]);
            }

            var iocbs = new IocbRun(guarded.Hold(bytes));
            Walk(ref iocbs);
            var events = new EventRun(guarded.Hold(bytes));
            Walk(ref events);
            ReadOnlySpan<byte> span = guarded.Hold(bytes);
            RecordError once = AttributeFraming.Check(span, 48, out int count);
            var reader = new AttributeReader(span);
            int found = 0;
            while (reader.TryNext(out _))
            {
                found++;
            }

            // The check and the walk are one rule.
            Assert.Equal((once, count), (reader.Error, found));
            RecordError twice = AttributeFraming.CheckTwice(span);
            Assert.True(!twice.IsError || (twice.Offset > 0 && twice.Offset < span.Length));
        });
    }

    [Theory, Requirement("ATTR-1")]
    [InlineData("0700000001000000", Aio2Reason.AttrTooShort, 0)]
    [InlineData("0000000001000000", Aio2Reason.AttrTooShort, 0)]
    [InlineData("08000000010000000700000001000000", Aio2Reason.AttrTooShort, 8)]
    [InlineData("080000000100000000000000", Aio2Reason.AttrTooShort, 8)]
    [InlineData("0900000001000000", Aio2Reason.AttrTruncated, 0)]
    [InlineData("ffffffff01000000", Aio2Reason.AttrTruncated, 0)]
    [InlineData("090000000100000000", Aio2Reason.AttrTruncated, 0)]
    [InlineData("09000000010000007700000000000001", Aio2Reason.AttrPadding, 0)]
    [InlineData("0800000001000400", Aio2Reason.AttrFlagsUnknown, 0)]
    [InlineData("0800000001000080", Aio2Reason.AttrFlagsUnknown, 0)]
    [InlineData("0800000000000000", Aio2Reason.AttrTypeZero, 0)]
    [InlineData("09000000000004007700000000000001", Aio2Reason.AttrPadding, 0)]
    [InlineData("0800000000000400", Aio2Reason.AttrFlagsUnknown, 0)]
    [InlineData("08000000ffff0300", Aio2Reason.None, 0)]
    [InlineData("09000000010000007700000000000000", Aio2Reason.None, 0)]
    [InlineData("", Aio2Reason.None, 0)]
    public void Framing_is_judged_in_one_order_and_names_the_head(string hex, uint reason, int offset)
    {
        RecordError error = AttributeFraming.Check(Hex(hex), 48);

        Assert.Equal(reason == 0 ? default : new RecordError(reason, 48 + offset), error);
    }

    [Theory, Requirement("ATTR-5")]
    [InlineData(5)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(0x8001)]
    [InlineData(0xffff)]
    public void The_same_type_twice_is_found_at_the_second(int type)
    {
        var buffer = new byte[256];
        var writer = new IocbWriter(buffer);
        Assert.True(writer.TryBegin(default));
        Assert.True(writer.TryAttribute(1, 0));
        Assert.True(writer.TryAttribute((ushort)type, 0, new byte[3]));
        Assert.True(writer.TryAttribute(2, 0));
        Assert.False(IocbReader.Open(writer.Written, out IocbReader once).IsError);
        Assert.False(once.CheckAttributes().IsError);
        int second = writer.Length;
        Assert.True(writer.TryAttribute((ushort)type, 0));

        Assert.False(IocbReader.Open(writer.Written, out IocbReader iocb).IsError);
        Assert.Equal(new RecordError(Aio2Reason.AttrTwice, second), iocb.CheckAttributes());
    }

    [Theory, Requirement("SUBMIT-3")]
    [InlineData(47u, Aio2Reason.RecordTooShort)]
    [InlineData(0u, Aio2Reason.RecordTooShort)]
    [InlineData(52u, Aio2Reason.RecordUnaligned)]
    [InlineData(4104u, Aio2Reason.RecordTooLong)]
    [InlineData(8200u, Aio2Reason.RecordTruncated)]
    [InlineData(0xfffffff8u, Aio2Reason.RecordTruncated)]
    [InlineData(4096u, Aio2Reason.None)]
    public void A_badly_framed_iocb_is_refused_with_its_reason(uint bytes, uint reason)
    {
        var run = new byte[8192];
        BinaryPrimitives.WriteUInt32LittleEndian(run, bytes);

        Assert.Equal(reason, IocbReader.Open(run, out _).Reason);
    }

    [Fact, Requirement("RING-3")]
    public void A_pad_is_no_event_and_only_its_first_eight_bytes_are_read()
    {
        using var guarded = new GuardedBytes(64);
        byte[] pad = [8, 0, 0, 0, (byte)Aio2EventFlags.Pad, 0, 0, 0];

        Assert.Equal(new RecordError(Aio2Reason.FlagsUnknown, IoEvent2.At.Flags), EventReader.Open(guarded.Hold(pad), out _));
    }

    private static byte[] Hex(string hex)
    {
        var bytes = new byte[hex.Length / 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = Convert.ToByte(hex.Substring(2 * i, 2), 16);
        }

        return bytes;
    }

    private static List<int> Boundaries(byte[] run)
    {
        var starts = new List<int> { 0 };
        for (int at = 0; at < run.Length; starts.Add(at))
        {
            at += BinaryPrimitives.ReadInt32LittleEndian(run.AsSpan(at));
        }

        return starts;
    }

    // Reads everything that a reader can tell, with a bound on the number of records.
    private static void Walk(ref IocbRun run)
    {
        int bytes = 0, records = 0;
        while (run.TryNext(out IocbReader iocb))
        {
            Assert.Equal(0, iocb.Bytes % 8);
            bytes += iocb.Bytes;
            Assert.InRange(++records, 1, 16384 / Iocb2.SizeOf);
            RecordError check = iocb.CheckAttributes();
            AttributeReader attributes = iocb.Attributes;
            while (attributes.TryNext(out IocbAttribute a))
            {
                Assert.InRange(a.Offset + Aio2Attr.SizeOf + a.Payload.Length, Iocb2.SizeOf + Aio2Attr.SizeOf, iocb.Bytes);
                a.Read(0, out (ulong, ulong, ulong) _);
            }

            Assert.True(!attributes.Error.IsError || attributes.Error == check);
            Assert.True(!check.IsError || (check.Offset >= Iocb2.SizeOf && check.Offset < iocb.Bytes));
        }

        Assert.Equal(bytes, run.Offset);
        Assert.True(!run.Error.IsError || run.Error.Offset == bytes);
    }

    private static void Walk(ref EventRun run)
    {
        int bytes = 0, records = 0;
        while (run.TryNext(out EventReader e))
        {
            bytes += e.Bytes;
            Assert.InRange(++records, 1, 16384 / IoEvent2.SizeOf);
            ReturnReader returns = e.Returns;
            while (returns.TryNext(out AttributeReturn r))
            {
                Assert.InRange(r.Offset + Aio2AttrRet.SizeOf + r.Payload.Length, IoEvent2.SizeOf + Aio2AttrRet.SizeOf, e.Bytes);
                r.Read<(ulong, ulong, ulong)>();
            }

            Assert.True(!returns.Error.IsError || (returns.Error.Offset >= IoEvent2.SizeOf && returns.Error.Offset < e.Bytes));

            // Whoever judges strictly finds at least what the reader finds.
            Assert.True(!returns.Error.IsError || ReturnFraming.Check(e.ReturnBytes, IoEvent2.SizeOf, out _).IsError);
        }

        Assert.Equal(bytes, run.Offset);
        Assert.True(!run.Error.IsError || run.Error.Offset >= bytes);
    }
}
