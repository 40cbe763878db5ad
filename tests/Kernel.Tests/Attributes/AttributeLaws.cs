using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>What holds for every attribute of the catalogue, by its entry in the spec (ATTR-1…6). Each attribute's test file
/// derives from this, and says what a good payload is.</summary>
public abstract class AttributeLaws
{
    private const ushort Driver = 0x8123;

    protected AttributeLaws(ushort type) => Info = Aio2Catalog.Attribute(type)!.Value;

    public static TheoryData<EngineKind> Engines => AttributeBench.Engines;

    /// <summary>What the spec says of the attribute.</summary>
    protected AttrInfo Info { get; }

    /// <summary>A payload that is accepted and handled.</summary>
    protected abstract byte[] Sample { get; }

    /// <summary>Statuses that a handled attribute may have on the bench's file.</summary>
    protected virtual int[] Statuses => [0];

    // The first operation that the attribute fits.
    private ushort Opcode => Fitting().First();

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-2", "ATTR-7")]
    public void It_gives_one_return_of_the_catalogues_size_on_every_operation_that_it_fits(EngineKind engine) =>
        Assert.All(Fitting(), opcode =>
        {
            using var bench = new AttributeBench(engine);
            var done = bench.Run(Record.Of(bench.Iocb(opcode)).Attribute(Info.Type, Sample));

            var (head, payload) = Assert.Single(done.ReturnList());
            Assert.Equal((Info.Type, 0, 0u, Info.OutSize), (head.Type, head.Flags, head.Reserved, payload.Length));
            Assert.Contains(head.Status, StatusesOn(engine, opcode));
        });

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-2", "ATTR-3")]
    public void On_an_operation_that_it_does_not_fit_it_is_reported_or_refused(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        Assert.All(Operations().Where(opcode => !Info.Fits(opcode)), opcode =>
        {
            var done = bench.Run(Record.Of(bench.Iocb(opcode)).Attribute(Info.Type, Sample));
            var (head, payload) = Assert.Single(done.ReturnList());
            Assert.Equal((Info.Type, -Errno.EOPNOTSUPP, 0), (head.Type, head.Status, payload.Length));

            Refused(bench, Record.Of(bench.Iocb(opcode)).Attribute(Info.Type, Sample, Aio2AttrFlags.Required));
        });
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-2")]
    public void With_noreturn_the_event_is_as_without_the_attribute(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        var plain = bench.Run(Record.Of(bench.Iocb(Opcode)));
        var silent = bench.Run(Record.Of(bench.Iocb(Opcode)).Attribute(Info.Type, Sample, Aio2AttrFlags.Noreturn));

        Assert.Equal((plain.Res, plain.Fixed.Bytes), (silent.Res, silent.Fixed.Bytes));
    }

    [Fact, Requirement("ATTR-5", "ATTR-1")]
    public void Twice_is_refused_wherever_the_second_stands()
    {
        using var bench = new AttributeBench();
        Refused(bench, Record.Of(bench.Iocb(Opcode)).Attribute(Info.Type, Sample).Attribute(Info.Type, Sample));
        Refused(bench, Record.Of(bench.Iocb(Opcode)).Attribute(Driver).Attribute(Info.Type, Sample).Attribute(0x7777, [1]).Attribute(Info.Type));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-1", "ATTR-4", "ATTR-5")]
    public void Each_length_is_judged_by_its_first_and_known_size(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        for (var length = 0; length <= Info.InSize + 24; length++)
        {
            var payload = new byte[length];
            Sample.AsSpan(0, Math.Min(length, Sample.Length)).CopyTo(payload);
            Judged(bench, Record.Of(bench.Iocb(Opcode)).Attribute(Info.Type, payload).Bytes);

            // A longer struct of a newer caller: any byte behind what is known must be zero.
            if (length > Info.InSize)
            {
                payload[^1] = 1;
                Refused(bench, Record.Of(bench.Iocb(Opcode)).Attribute(Info.Type, payload));
            }
        }
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-1", "ATTR-2", "ATTR-3", "ATTR-4", "ERR-1")]
    public void Each_bit_flipped_is_refused_with_its_reason_or_accepted_as_what_it_then_says(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        var good = Record.Of(bench.Iocb(Opcode)).Attribute(Info.Type, Sample).Attribute(Driver, [1, 2, 3]).Bytes;
        for (var bit = Iocb2.SizeOf * 8; bit < good.Length * 8; bit++)
        {
            var flipped = (byte[])good.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Judged(bench, flipped);
        }
    }

    [Fact, Requirement("ATTR-1", "SUBMIT-3")]
    public void Each_truncation_is_refused()
    {
        using var bench = new AttributeBench();
        var good = Record.Of(bench.Iocb(Opcode)).Attribute(Info.Type, Sample).Bytes;
        for (var length = 1; length < good.Length; length++)
        {
            // The run ends too early, and then the record says so itself.
            Assert.Equal(-Errno.EINVAL, bench.Aio.Submit(good.AsSpan(0, length), out var ext));
            Assert.Equal((Aio2Reason.RecordTruncated, 0ul), (ext.Reason, ext.RecordOffset));
            if (length > Iocb2.SizeOf && length % 8 == 0)
            {
                var cut = good[..length];
                MemoryMarshal.Write(cut, (uint)length);
                Refused(bench, cut);
            }
        }
    }

    [Fact, Requirement("ATTR-2", "ABI-4")]
    public void What_is_written_is_read_back_by_the_codecs()
    {
        var random = new Random(7);
        for (var round = 0; round < 100; round++)
        {
            var payload = new byte[Info.InSize];
            random.NextBytes(payload);
            var returned = new byte[Info.OutSize];
            random.NextBytes(returned);
            var flags = (ushort)random.Next(4);
            var memory = new byte[256];

            var iocb = new IocbWriter(memory);
            Assert.True(iocb.TryBegin(new Iocb2 { Opcode = Opcode }) && iocb.TryAttribute(Info.Type, flags, payload));
            var run = new IocbRun(iocb.Written);
            Assert.True(run.MoveNext());
            var attributes = run.Current.Attributes;
            Assert.True(attributes.MoveNext());
            Assert.Equal((Info.Type, flags), (attributes.Current.Type, attributes.Current.Flags));
            Assert.Equal(payload, attributes.Current.Payload.ToArray());
            Assert.False(attributes.MoveNext());

            var completion = new EventWriter(memory);
            Assert.True(completion.TryBegin(1, 2) && completion.TryReturn(Info.Type, 0, -round, returned));
            Assert.Equal(0u, EventReader.Open(completion.Written, out var reader).Reason);
            Assert.True(reader.TryGetReturn(Info.Type, out var found));
            Assert.Equal(-round, found.Status);
            Assert.Equal(returned, found.Payload.ToArray());
        }
    }

    /// <summary>A status that the engine and the operation allow; those of <see cref="Statuses"/> unless told otherwise.</summary>
    protected virtual int[] StatusesOn(EngineKind engine, ushort opcode) => Statuses;

    private static IEnumerable<ushort> Operations() => Aio2Catalog.Ops.Select(op => op.Opcode);

    private IEnumerable<ushort> Fitting() => Operations().Where(opcode => Info.Fits(opcode));

    private static void Refused(AttributeBench bench, Record record) => Refused(bench, record.Bytes);

    private static void Refused(AttributeBench bench, byte[] record)
    {
        Assert.NotEqual(0, AttributeOracle.Judge(record).Errno);
        Judged(bench, record);
    }

    // Submits it and compares with the oracle: the error with its reason and place, or the event with its returns.
    private static void Judged(AttributeBench bench, byte[] record)
    {
        var expected = AttributeOracle.Judge(record);
        var result = bench.Aio.Submit(record, out var ext);
        if (expected.Errno != 0)
        {
            Assert.Equal((-expected.Errno, expected.Reason, expected.FieldOffset), ((int)result, ext.Reason, ext.FieldOffset));
            Assert.Equal(-expected.Errno, ext.Error);
            return;
        }

        Assert.Equal(record.Length, result);
        AssertReturns(record, bench.Aio.ReapOne());
    }

    // One return for each attribute that wants one, in their order, as long as the catalogue says.
    private static void AssertReturns(byte[] record, Event done)
    {
        var opcode = MemoryMarshal.Read<Iocb2>(record).Opcode;
        var expected = new List<(ushort Type, int Payload)>();
        for (var at = Iocb2.SizeOf; at < record.Length;)
        {
            var head = MemoryMarshal.Read<Aio2Attr>(record.AsSpan(at));
            if ((head.Flags & Aio2AttrFlags.Noreturn) == 0)
            {
                expected.Add((head.Type, AttributeOracle.Known(head.Type, opcode)?.OutSize ?? 0));
            }

            at += ((int)head.Bytes + 7) / 8 * 8;
        }

        Assert.Equal(expected, done.ReturnList().Select(r => (r.Head.Type, r.Payload.Length)));
    }
}
