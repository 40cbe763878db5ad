using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>TIMING (ATTR-7).</summary>
public sealed class TimingTests() : AttributeLaws(Aio2AttrType.Timing)
{
    protected override byte[] Sample => [];

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7")]
    public void Submit_issue_and_complete_stand_in_this_order_for_every_operation(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        foreach (var opcode in Aio2Catalog.Ops.Select(op => op.Opcode))
        {
            var before = (ulong)bench.Kernel.Engine.Now;
            var (_, timing) = bench.Handled<Aio2RetTiming>(Record.Of(bench.Iocb(opcode)).Attribute(Info.Type));
            var after = (ulong)bench.Kernel.Engine.Now;

            Assert.True(before <= timing.Submit && timing.Submit <= timing.Issue && timing.Issue <= timing.Complete && timing.Complete <= after,
                $"{Aio2Catalog.Ops[opcode].Name}: {before} {timing.Submit} {timing.Issue} {timing.Complete} {after}");
        }
    }

    [Theory, InlineData(EngineKind.Threads), InlineData(EngineKind.IoUring), Requirement("ATTR-7")]
    public unsafe void A_read_that_waited_completes_after_the_data_came(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        using var pipe = new Pipe();
        var record = Record.Of(Harness.Read(pipe.ReadEnd, bench.Data, 1, -1)).Attribute(Info.Type).Bytes;
        Assert.Equal(record.Length, bench.Aio.Submit(record));
        var submitted = (ulong)bench.Kernel.Engine.Now;
        pipe.Put();

        var (head, payload) = Assert.Single(bench.Aio.ReapOne().ReturnList());
        var timing = System.Runtime.InteropServices.MemoryMarshal.Read<Aio2RetTiming>(payload);
        Assert.Equal(0, head.Status);
        Assert.True(timing.Submit <= submitted && submitted <= timing.Complete && timing.Submit <= timing.Issue && timing.Issue <= timing.Complete);
    }

    [Theory, InlineData(EngineKind.Threads), InlineData(EngineKind.IoUring), Requirement("ATTR-7", "SUBMIT-6")]
    public void Cached_reads_end_inside_the_call_and_share_the_stamps_between_which_no_work_lies(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        var record = Record.Of(bench.Iocb(Aio2Op.Pread)).Attribute(Aio2AttrType.Timing).Attribute(Aio2AttrType.Cache).Bytes;
        var stamps = RunAtOnce(bench, [.. record, .. record]);
        Assert.All(stamps, timing => Assert.Equal(timing.Submit, timing.Issue));
        Assert.Equal(stamps[0].Complete, stamps[1].Submit);
    }

    [Fact, Requirement("ATTR-7")]
    public void A_checksum_is_work_between_two_stamps()
    {
        using var bench = new AttributeBench();
        var checksum = new byte[Aio2AttrChecksum.SizeOf];
        checksum[0] = (byte)Aio2Checksum.Crc64nvme;
        var record = Record.Of(bench.Iocb(Aio2Op.Pread)).Attribute(Info.Type).Attribute(Aio2AttrType.Checksum, checksum).Bytes;
        var stamps = RunAtOnce(bench, [.. record, .. record]);
        Assert.True(stamps[0].Complete < stamps[1].Submit, $"{stamps[0].Complete} {stamps[1].Submit}");
    }

    // Reads a file that has just been written: all events are there when the call returns, which a poll shows.
    private static Aio2RetTiming[] RunAtOnce(AttributeBench bench, byte[] run)
    {
        Assert.Equal(run.Length, bench.Aio.Submit(run));
        var buffer = new byte[4096];
        return [.. Event.Split(buffer.AsSpan(0, (int)bench.Aio.Poll(buffer))).Select(e =>
        {
            var returns = e.ReturnList();
            Assert.All(returns, ret => Assert.Equal(0, ret.Head.Status));
            return System.Runtime.InteropServices.MemoryMarshal.Read<Aio2RetTiming>(returns[0].Payload);
        })];
    }
}
