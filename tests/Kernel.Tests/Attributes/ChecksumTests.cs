using AioV2.Abi;
using AioV2.Attributes.Checksums;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>CHECKSUM (ATTR-7).</summary>
public sealed unsafe class ChecksumTests() : AttributeLaws(Aio2AttrType.Checksum)
{
    private const int Bytes = AttributeBench.FileBytes;

    public static TheoryData<EngineKind, uint> Both
    {
        get
        {
            var rows = new TheoryData<EngineKind, uint>();
            foreach (var engine in new[] { EngineKind.Threads, EngineKind.IoUring, EngineKind.Simulated })
            {
                rows.Add(engine, Aio2Checksum.Crc32c);
                rows.Add(engine, Aio2Checksum.Crc64nvme);
            }

            return rows;
        }
    }

    protected override byte[] Sample => [1, 0, 0, 0, 0, 0, 0, 0];

    [Theory, MemberData(nameof(Both)), Requirement("ATTR-7")]
    public void It_is_that_of_the_data_transferred_by_every_operation(EngineKind engine, uint algorithm)
    {
        using var bench = new AttributeBench(engine);
        var data = ScratchFile.Pattern(Bytes);
        data.CopyTo(new Span<byte>(bench.Data, Bytes));
        foreach (var opcode in new[] { Aio2Op.Pwritev, Aio2Op.Pread, Aio2Op.Pwrite, Aio2Op.Preadv })
        {
            var (_, sum) = bench.Handled<Aio2RetChecksum>(Asked(bench.Iocb(opcode), algorithm));
            Assert.Equal((algorithm, 0u, (ulong)Bytes, Expected(algorithm, data)), (sum.Algorithm, sum.Reserved, sum.Bytes, sum.Checksum));
        }
    }

    [Theory, MemberData(nameof(Both)), Requirement("ATTR-7")]
    public void A_short_read_is_summed_as_far_as_it_went(EngineKind engine, uint algorithm)
    {
        using var bench = new AttributeBench(engine);
        var data = ScratchFile.Pattern(Bytes);
        foreach (var from in new[] { 0, 1, 4095, Bytes - 1, Bytes, Bytes + 7 })
        {
            new Span<byte>(bench.Data, Bytes).Fill(0xcc);
            var left = Math.Max(0, Bytes - from);
            var (done, sum) = bench.Handled<Aio2RetChecksum>(Asked(bench.Iocb(Aio2Op.Preadv) with { Offset = from }, algorithm));
            Assert.Equal((left, (ulong)left, Expected(algorithm, data.AsSpan(Bytes - left))), (done.Res, sum.Bytes, sum.Checksum));
        }
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-2", "ATTR-7")]
    public void A_failed_transfer_has_its_error_for_status(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        var done = bench.Run(Asked(bench.Iocb(Aio2Op.Pwrite) with { Addr = 8 }, Aio2Checksum.Crc32c));
        var (head, payload) = Assert.Single(done.ReturnList());
        Assert.Equal((-Errno.EFAULT, -Errno.EFAULT), (done.Res, head.Status));
        Assert.All(payload, b => Assert.Equal(0, b));
    }

    private Record Asked(Iocb2 iocb, uint algorithm) => Record.Of(iocb).Payload(Info.Type, new Aio2AttrChecksum { Algorithm = algorithm });

    private static ulong Expected(uint algorithm, ReadOnlySpan<byte> data) =>
        algorithm == Aio2Checksum.Crc32c ? Crc32C.Compute(0, data) : Crc64Nvme.Compute(0, data);
}
