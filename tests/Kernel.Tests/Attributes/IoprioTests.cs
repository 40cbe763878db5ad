using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>IOPRIO (ATTR-7).</summary>
[Collection(nameof(Alone))]
public sealed unsafe class IoprioTests() : AttributeLaws(Aio2AttrType.Ioprio)
{
    private const ushort BestEffort3 = 2 << 13 | 3, RealTime0 = 1 << 13, Idle = 3 << 13;

    protected override byte[] Sample => [3, 2 << 5, 0, 0, 0, 0, 0, 0];

    protected override int[] StatusesOn(EngineKind engine, ushort opcode) =>
        engine == EngineKind.Simulated || (engine == EngineKind.IoUring && opcode is Aio2Op.Fsync or Aio2Op.Fdsync) ? [-Errno.EOPNOTSUPP] : [0];

    /// <summary>Every class and level, and the bits between: what ioprio_set(2) takes.</summary>
    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7", "ERR-1")]
    public void Each_class_and_level_is_judged_at_submit(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        for (var value = 0; value <= ushort.MaxValue; value += value % 0x2000 < 16 ? 1 : 0x155)
        {
            var record = Read(bench, (ushort)value).Bytes;
            var expected = AttributeOracle.Judge(record);
            var result = bench.Aio.Submit(record, out var ext);
            Assert.Equal((value, expected.Errno == 0 ? record.Length : -expected.Errno, expected.Reason), (value, result, ext.Reason));
            if (result > 0)
            {
                Assert.Equal(AttributeBench.FileBytes, bench.Aio.ReapOne().Res);
            }
        }
    }

    [Fact, Requirement("ATTR-7", "ERR-1")]
    public void Real_time_without_the_capability_is_refused_behind_descriptor_and_mode()
    {
        using var bench = new AttributeBench();
        Borrowed.AsNobody(() =>
        {
            Assert.Equal(-Errno.EPERM, bench.Aio.Submit(Read(bench, RealTime0).Bytes, out var ext));
            Assert.Equal((Aio2Reason.NotPermitted, 48ul), (ext.Reason, ext.FieldOffset));

            var bad = Record.Of(bench.Iocb(Aio2Op.Pread) with { Fd = -1 }).Payload(Info.Type, new Aio2AttrIoprio { Ioprio = RealTime0 });
            Assert.Equal(-Errno.EBADF, bench.Aio.Submit(bad.Bytes));
            Assert.Equal(Read(bench, Idle).Bytes.Length, bench.Aio.Submit(Read(bench, Idle).Bytes));
            Assert.Equal(AttributeBench.FileBytes, bench.Aio.ReapOne().Res);
        });
    }

    [Fact, Requirement("ATTR-7")]
    public void A_worker_runs_each_request_with_the_priority_that_it_asks_for()
    {
        // One worker, so that it is known who ran the request. FSYNC is never ended inside the call.
        using var bench = new AttributeBench(maxWorkers: 1);
        foreach (var wanted in new ushort[] { BestEffort3, RealTime0, Idle, 0, BestEffort3, 0 })
        {
            var record = Record.Of(bench.Iocb(Aio2Op.Fsync));
            if (wanted != 0)
            {
                record.Payload(Info.Type, new Aio2AttrIoprio { Ioprio = wanted });
            }

            Assert.Equal(0, bench.Run(record).Res);
            Assert.Equal(wanted, Libc.IoprioGet(Worker()));
        }
    }

    [Fact, Requirement("ATTR-3", "ATTR-7")]
    public void Io_uring_gets_the_class_and_where_it_refuses_it_the_status_says_so_and_the_transfer_goes_on()
    {
        using var bench = new AttributeBench(EngineKind.IoUring);

        // The engine's thread has the rights of who gave it its first work, and io_uring judges the class by them.
        Borrowed.AsNobody(() => Assert.Equal(0, bench.Run(Record.Of(bench.Iocb(Aio2Op.Fsync))).Res));
        foreach (var (priority, status) in new[] { (RealTime0, -Errno.EPERM), (BestEffort3, 0), (Idle, 0) })
        {
            var record = Record.Of(bench.Iocb(Aio2Op.Pwrite)).Payload(Info.Type, new Aio2AttrIoprio { Ioprio = priority });
            var done = bench.Run(record);
            Assert.Equal((AttributeBench.FileBytes, status), (done.Res, Assert.Single(done.ReturnList()).Head.Status));
        }
    }

    [Fact, Requirement("ATTR-2", "ATTR-7")]
    public void On_a_stream_it_is_not_supported()
    {
        using var bench = new AttributeBench();
        using var pipe = new Pipe();
        pipe.Put();
        var done = bench.Run(Record.Of(Harness.Read(pipe.ReadEnd, bench.Data, 1, -1)).Payload(Info.Type, new Aio2AttrIoprio { Ioprio = Idle }));
        Assert.Equal((1L, -Errno.EOPNOTSUPP), (done.Res, Assert.Single(done.ReturnList()).Head.Status));
    }

    // The one thread of that name, once those of tests before this one are gone: no other test runs beside it.
    private static int Worker()
    {
        List<int> workers = [];
        Assert.True(SpinWait.SpinUntil(
            () => (workers = [.. EngineThreads.Now().Where(t => t.Name == "aio2-worker").Select(t => t.Thread)]).Count == 1,
            TimeSpan.FromSeconds(Harness.Patience)), $"{workers.Count} workers");
        return workers[0];
    }

    private Record Read(AttributeBench bench, ushort priority) =>
        Record.Of(bench.Iocb(Aio2Op.Pread)).Payload(Info.Type, new Aio2AttrIoprio { Ioprio = priority });
}
