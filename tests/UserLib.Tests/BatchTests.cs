using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.UserLib.Tests;

public sealed unsafe class BatchTests
{
    [Fact, Requirement("SUBMIT-1", "SUBMIT-3")]
    public void A_batch_reads_back_as_what_was_added()
    {
        var iocbs = Gen.Choose(0, 5).SelectMany(count => Gen.Choose(0, 8).Two().ArrayOf(count)).ToArbitrary();
        Prop.ForAll(iocbs, shapes =>
        {
            using var batch = new AioBatch();
            for (var n = 0; n < shapes.Length; n++)
            {
                batch.Add(new Iocb2 { Opcode = (ushort)shapes[n].Item1, UserData = (ulong)n }, Attributes(shapes[n].Item2));
            }

            var run = new IocbRun(batch.Packed);
            var seen = 0;
            while (run.TryNext(out var iocb))
            {
                Assert.Equal((ulong)seen, iocb.UserData);
                Assert.Equal(shapes[seen].Item1, iocb.Opcode);
                Assert.True(iocb.AttributeBytes.SequenceEqual(Attributes(shapes[seen].Item2).Bytes));
                Assert.False(iocb.CheckAttributes().IsError);
                seen++;
            }

            Assert.False(run.Error.IsError);
            Assert.Equal(shapes.Length, seen);
            Assert.Equal(shapes.Length, batch.Count);
        }).QuickCheckThrowOnFailure();
    }

    [Fact, Requirement("ATTR-1", "ATTR-5")]
    public void Attributes_of_any_size_are_framed_and_padded_with_zeroes()
    {
        var payloads = Gen.Choose(0, 40).ArrayOf().Where(sizes => sizes.Length < 20).ToArbitrary();
        Prop.ForAll(payloads, sizes =>
        {
            var set = AioAttributes.None;
            for (var n = 0; n < sizes.Length; n++)
            {
                set = set.With((ushort)(0x8000 + n), Enumerable.Repeat((byte)0xff, sizes[n]).ToArray());
            }

            Assert.False(AttributeFraming.Check(set.Bytes, 0).IsError);
            var seen = 0;
            foreach (var attribute in new AttributeReader(set.Bytes))
            {
                Assert.Equal(0x8000 + seen, attribute.Type);
                Assert.Equal(sizes[seen], attribute.Payload.Length);
                seen++;
            }

            Assert.Equal(sizes.Length, seen);
        }).QuickCheckThrowOnFailure();
    }

    [Fact, Requirement("ATTR-5")]
    public void A_type_twice_or_of_zero_is_refused_where_it_is_made()
    {
        var twice = Assert.Throws<ArgumentException>(() => AioAttributes.None.WithTiming().WithTiming());
        Assert.Contains("TIMING", twice.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AioAttributes.None.With(0, []));
    }

    [Fact, Requirement("SUBMIT-2")]
    public void A_full_batch_says_to_submit_it_first()
    {
        using var batch = new AioBatch();
        var most = (int)Aio2.SubmitMax / Iocb2.SizeOf;
        for (var n = 0; n < most; n++)
        {
            batch.Nop((ulong)n);
        }

        var error = Assert.Throws<InvalidOperationException>(() => batch.Nop(0));
        Assert.Contains("submit it", error.Message, StringComparison.Ordinal);
        Assert.Equal(most, batch.Count);
    }

    [Fact]
    public void Removing_the_first_leaves_the_others()
    {
        using var batch = new AioBatch();
        batch.Nop(1, AioAttributes.None.WithTiming());
        batch.Nop(2);
        batch.RemoveFirst();

        Assert.Equal(1, batch.Count);
        Assert.False(IocbReader.Open(batch.Packed, out var left).IsError);
        Assert.Equal(2ul, left.UserData);
    }

    private static AioAttributes Attributes(int count)
    {
        var set = AioAttributes.None;
        for (var n = 0; n < count; n++)
        {
            set = set.With((ushort)(n + 1), new byte[n * 3]);
        }

        return set;
    }
}
