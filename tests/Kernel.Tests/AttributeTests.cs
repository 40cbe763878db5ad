using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Attributes.Checksums;
using AioV2.Kernel.Attributes;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>Attributes and their returns (ATTR-1…7).</summary>
public sealed unsafe class AttributeTests
{
    private const ushort Unknown = 0x7001, Driver = 0x8001;

    /// <summary>Bad attributes on a NOP: errno, reason, offset of the head.</summary>
    public static TheoryData<string, byte[], int, uint, int> Bad => new()
    {
        { "bytes 7", Record.Nop().Attribute(Unknown, bytes: 7).Bytes, Errno.EINVAL, Aio2Reason.AttrTooShort, 48 },
        { "beyond", Record.Nop().Attribute(Unknown, bytes: 9).Bytes, Errno.EINVAL, Aio2Reason.AttrTruncated, 48 },
        { "huge", Record.Nop().Attribute(Unknown, bytes: uint.MaxValue).Bytes, Errno.EINVAL, Aio2Reason.AttrTruncated, 48 },
        { "padding", Record.Nop().Attribute(Unknown, new byte[3], padding: 1).Bytes, Errno.EINVAL, Aio2Reason.AttrPadding, 48 },
        { "flag", Record.Nop().Attribute(Unknown, flags: 4).Bytes, Errno.EINVAL, Aio2Reason.AttrFlagsUnknown, 48 },
        { "type 0", Record.Nop().Attribute(0).Bytes, Errno.EINVAL, Aio2Reason.AttrTypeZero, 48 },
        { "framing before twice", Record.Nop().Attribute(Unknown).Attribute(Unknown).Attribute(0).Bytes, Errno.EINVAL, Aio2Reason.AttrTypeZero, 64 },
        { "twice", Record.Nop().Attribute(Unknown).Attribute(Unknown).Bytes, Errno.EINVAL, Aio2Reason.AttrTwice, 56 },
        { "twice before required", Record.Nop().Attribute(Driver, flags: 1).Attribute(2).Attribute(2).Bytes, Errno.EINVAL, Aio2Reason.AttrTwice, 64 },
        { "required unknown", Record.Nop().Attribute(2).Attribute(Driver, flags: 1).Bytes, Errno.EOPNOTSUPP, Aio2Reason.AttrUnknown, 56 },
        { "required inapplicable", Record.Nop().Attribute(Aio2AttrType.Cache, flags: 1).Bytes, Errno.EOPNOTSUPP, Aio2Reason.AttrInapplicable, 48 },
        { "required before payload", Record.Nop().Attribute(Aio2AttrType.TraceId).Attribute(Driver, flags: 1).Bytes, Errno.EOPNOTSUPP, Aio2Reason.AttrUnknown, 56 },
        { "payload short", Record.Nop().Attribute(Aio2AttrType.TraceId, new byte[15]).Bytes, Errno.EINVAL, Aio2Reason.PayloadTooShort, 48 },
        { "payload long", Record.Nop().Attribute(Aio2AttrType.TraceId, [.. new byte[16], 1]).Bytes, Errno.E2BIG, Aio2Reason.PayloadTooLong, 48 },
        { "payload where none is known", Record.Nop().Attribute(Aio2AttrType.Timing, [0, 0, 1]).Bytes, Errno.E2BIG, Aio2Reason.PayloadTooLong, 48 },
    };

    [Theory, MemberData(nameof(Bad)), Requirement("ATTR-1", "ATTR-3", "ATTR-4", "ATTR-5", "ERR-1")]
    public void A_bad_attribute_is_refused_with_its_reason_and_place(string what, byte[] record, int errno, uint reason, int field)
    {
        using var aio = Harness.Context();

        Assert.Equal(-errno, aio.Submit(record, out var ext));

        Assert.Equal((what, reason, (ulong)field), (what, ext.Reason, ext.FieldOffset));
        Assert.Equal(0, aio.Poll(new byte[64]));
    }

    [Theory, InlineData(0u, 0), InlineData(3u, 0), InlineData(1u, 1), Requirement("ATTR-7")]
    public void A_checksum_of_an_unknown_kind_is_refused(uint algorithm, uint reserved)
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile();
        var record = Record.Of(Harness.Read(file.Fd, aio.Memory(8), 8, 0))
            .Payload(Aio2AttrType.Checksum, new Aio2AttrChecksum { Algorithm = algorithm, Reserved = reserved }).Bytes;

        Assert.Equal(-Errno.EINVAL, aio.Submit(record, out var ext));
        Assert.Equal(Aio2Reason.PayloadValue, ext.Reason);
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("ATTR-2", "ATTR-3", "ATTR-4")]
    public void Each_attribute_gives_one_return_in_order_unless_it_wants_none(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        var id = new Aio2AttrTraceId { High = 0x1122334455667788, Low = 42 };
        var record = Record.Nop(5)
            .Attribute(Driver, [1, 2, 3])
            .Attribute(Aio2AttrType.TraceId, [.. MemoryMarshal.AsBytes([id]), 0, 0, 0])
            .Attribute(Unknown, flags: Aio2AttrFlags.Noreturn)
            .Attribute(Aio2AttrType.Cache)
            .Attribute(Aio2AttrType.Timing).Bytes;

        Assert.Equal(record.Length, aio.Submit(record));
        var returns = aio.ReapOne().ReturnList();

        Assert.Equal([Driver, Aio2AttrType.TraceId, Aio2AttrType.Cache, Aio2AttrType.Timing], returns.Select(r => r.Head.Type));
        Assert.Equal([-Errno.EOPNOTSUPP, 0, -Errno.EOPNOTSUPP, 0], returns.Select(r => r.Head.Status));
        Assert.Equal([0, 16, 0, 24], returns.Select(r => r.Payload.Length));
        Assert.All(returns, r => Assert.Equal((0, 0u), (r.Head.Flags, r.Head.Reserved)));
        Assert.Equal(MemoryMarshal.AsBytes([id]).ToArray(), returns[1].Payload);
        var timing = MemoryMarshal.Read<Aio2RetTiming>(returns[3].Payload);
        Assert.True(timing.Submit != 0 && timing.Submit <= timing.Issue && timing.Issue <= timing.Complete);
    }

    [Fact, Requirement("ATTR-6")]
    public void An_event_above_the_maximum_is_refused_at_submit_and_one_at_it_is_not()
    {
        using var aio = Harness.Context(ringBytes: 4096);
        var record = Record.Nop(1);
        for (ushort type = 0x7000; type < 0x7000 + 62; type++)
        {
            record.Attribute(type);
        }

        // 24 + 62 * 16 = 1016 of 1024; one more is too many.
        Assert.Equal(record.Bytes.Length, aio.Submit(record.Bytes));
        Assert.Equal(1016u, aio.ReapOne().Fixed.Bytes);
        Assert.Equal(-Errno.EMSGSIZE, aio.Submit(record.Attribute(0x7fff).Bytes, out var ext));
        Assert.Equal((Aio2Reason.EventTooLarge, 0ul), (ext.Reason, ext.FieldOffset));
    }

    [Theory, InlineData(Aio2Checksum.Crc32c), InlineData(Aio2Checksum.Crc64nvme), Requirement("ATTR-7")]
    public void A_checksum_covers_the_data_transferred_both_ways_and_vectored(uint algorithm)
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile();
        var bytes = ScratchFile.Pattern(50000);
        var data = aio.Memory(60000);
        bytes.CopyTo(new Span<byte>(data, 60000));
        var asked = new Aio2AttrChecksum { Algorithm = algorithm };
        ulong Expect(int length) => algorithm == Aio2Checksum.Crc32c
            ? Crc32C.Compute(0, bytes.AsSpan(0, length))
            : Crc64Nvme.Compute(0, bytes.AsSpan(0, length));
        Aio2RetChecksum Run(Iocb2 iocb)
        {
            var record = Record.Of(iocb).Payload(Aio2AttrType.Checksum, asked).Bytes;
            Assert.Equal(record.Length, aio.Submit(record));
            var (head, payload) = Assert.Single(aio.ReapOne().ReturnList());
            Assert.Equal(0, head.Status);
            return MemoryMarshal.Read<Aio2RetChecksum>(payload);
        }

        var written = Run(Harness.Write(file.Fd, data, 50000, 0));
        Assert.Equal((algorithm, 50000ul, Expect(50000)), (written.Algorithm, written.Bytes, written.Checksum));

        // The file ends before the buffer does.
        new Span<byte>(data, 60000).Clear();
        var vectors = (Aio2Vec*)aio.Memory(64);
        vectors[0] = new Aio2Vec { Base = (ulong)data, Len = 333 };
        vectors[1] = new Aio2Vec { Base = (ulong)data + 333, Len = 59000 };
        var read = Run(Harness.Read(file.Fd, vectors, 2, 0) with { Opcode = Aio2Op.Preadv });
        Assert.Equal((50000ul, Expect(50000)), (read.Bytes, read.Checksum));
    }

    [Fact, Requirement("ATTR-7")]
    public void Cache_tells_a_hit_for_data_just_written()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile(content: ScratchFile.Pattern(8192));
        var record = Record.Of(Harness.Read(file.Fd, aio.Memory(8192), 8192, 0)).Attribute(Aio2AttrType.Cache).Bytes;

        aio.Submit(record);

        var done = aio.ReapOne();
        var (head, payload) = Assert.Single(done.ReturnList());
        var cache = MemoryMarshal.Read<Aio2RetCache>(payload);
        Assert.Equal((8192L, 0, Aio2CacheState.Hit, 8192ul), (done.Res, head.Status, cache.State, cache.Bytes));
    }

    [Fact, Requirement("ATTR-2")]
    public void A_failed_request_tells_why_in_its_returns()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile(content: new byte[64]);
        var record = Record.Of(Harness.Read(file.Fd, (void*)8, 8, 0))
            .Payload(Aio2AttrType.Checksum, new Aio2AttrChecksum { Algorithm = Aio2Checksum.Crc32c }).Bytes;

        aio.Submit(record);

        var done = aio.ReapOne();
        Assert.Equal((-Errno.EFAULT, -Errno.EFAULT), (done.Res, done.ReturnList()[0].Head.Status));
    }

    [Fact, Requirement("ATTR-4")]
    public void Every_known_payload_fits_the_walks_buffer() =>
        Assert.All(Aio2Catalog.Attributes, a => Assert.True(a.InSize <= AttributeWalk.PayloadBytesMax));
}
