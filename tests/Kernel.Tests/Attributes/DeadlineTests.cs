using AioV2.Abi;
using AioV2.Kernel.Engines.Simulated;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>DEADLINE (ATTR-7).</summary>
public sealed unsafe class DeadlineTests() : AttributeLaws(Aio2AttrType.Deadline)
{
    private const ulong Millisecond = 1_000_000, Hour = 3600_000 * Millisecond;

    protected override byte[] Sample => BitConverter.GetBytes((ulong)MonotonicClock.Now + Hour);

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7", "ATTR-3", "RING-6")]
    public void A_read_of_an_empty_pipe_ends_with_etime_and_once(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        using var pipe = new Pipe();
        var at = (ulong)bench.Kernel.Engine.Now + (20 * Millisecond);
        var done = bench.Run(Read(bench, pipe, at));

        var head = Assert.Single(done.ReturnList()).Head;
        Assert.Equal((-Errno.ETIME, -Errno.ETIME), (done.Res, head.Status));
        Assert.True(MonotonicClock.Now >= (long)at || engine == EngineKind.Simulated);

        // What comes later belongs to somebody else.
        pipe.Put();
        Assert.Equal(0, bench.Aio.Poll(new byte[64]));
        Assert.Equal(1, bench.Run(Record.Of(Harness.Read(pipe.ReadEnd, bench.Data, 1, -1))).Res);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7", "SETUP-12")]
    public void In_a_deferred_context_it_wakes_who_waits_and_whoever_comes_later_finds_the_event(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        using var deferred = Harness.Context(flags: Aio2Setup.Defer, kernel: bench.Kernel);
        using var pipe = new Pipe();
        for (ulong i = 0; i < 10; i++)
        {
            var record = Read(bench, pipe, (ulong)bench.Kernel.Engine.Now + (2 * Millisecond), i).Bytes;
            Assert.Equal(record.Length, deferred.Submit(record));
            var done = deferred.ReapOne();
            Assert.Equal((i, -Errno.ETIME, -Errno.ETIME), (done.UserData, done.Res, Assert.Single(done.ReturnList()).Head.Status));
        }

        Assert.Equal(0, deferred.Poll(new byte[64]));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7", "SUBMIT-7", "SUBMIT-8", "RING-6")]
    public void A_poll_and_a_call_that_wait_end_with_etime_and_once_deferred_or_not(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        using var deferred = Harness.Context(flags: Aio2Setup.Defer, kernel: bench.Kernel);
        using var pipe = new Pipe();
        using var socket = new SocketPair();
        foreach (var aio in new[] { bench.Aio, deferred })
        {
            var call = (Aio2Syscall*)aio.Memory(Aio2Syscall.SizeOf);
            *call = new Aio2Syscall { Nr = Aio2Sys.Recvfrom };
            call->Args[0] = (ulong)socket.A;
            call->Args[1] = (ulong)bench.Data;
            call->Args[2] = 1;
            var poll = PollTests.Poll(pipe.ReadEnd, Libc.POLLIN, 1);
            Iocb2[] waiting =
            [
                poll, poll with { Flags = Aio2IocbFlags.Multi }, poll with { Flags = Aio2IocbFlags.Level },
                new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Syscall, Addr = (ulong)call },
            ];
            foreach (var iocb in waiting)
            {
                var record = Record.Of(iocb).Payload(Info.Type, new Aio2AttrDeadline { Ns = (ulong)bench.Kernel.Engine.Now + (3 * Millisecond) }).Bytes;
                Assert.Equal(record.Length, aio.Submit(record));
                var done = aio.ReapOne();
                Assert.Equal((-Errno.ETIME, 0), (done.Res, (int)done.Fixed.Flags));
                Assert.Equal(-Errno.ETIME, Assert.Single(done.ReturnList()).Head.Status);
                Assert.Equal(0, aio.Poll(new byte[64]));
            }
        }
    }

    [Fact, Requirement("ATTR-7", "CANCEL-1")]
    public void Who_was_cancelled_before_its_deadline_says_so_although_the_deadline_passes_before_it_ends()
    {
        using var bench = new AttributeBench(EngineKind.Simulated, new SimulationOptions { Driven = true });
        Event done;

        // A busy machine may let a deadline pass before the cancel: then that is what the request says, and the next has longer.
        var ahead = 20 * Millisecond;
        do
        {
            Assert.True(ahead < 8000 * Millisecond, "never cancelled in time");
            var at = Math.Max((ulong)bench.Kernel.Engine.Now, (ulong)MonotonicClock.Now) + ahead;
            var record = Record.Of(bench.Iocb(Aio2Op.Pread, userData: 5)).Payload(Info.Type, new Aio2AttrDeadline { Ns = at }).Bytes;
            Assert.Equal(record.Length, bench.Aio.Submit(record));
            var told = bench.Kernel.Cancel(bench.Aio.Ctx, 5, 0);
            Assert.True(SpinWait.SpinUntil(
                () => bench.Kernel.ContextOf(bench.Aio.Ctx).NextDeadline == Contexts.DeadlineHeap.Never, TimeSpan.FromSeconds(Harness.Patience)));

            _ = bench.Kernel.Simulation!.RunUntilIdle();
            done = bench.Aio.ReapOne();
            Assert.Equal(told == 1 ? -Errno.ECANCELED : -Errno.ETIME, done.Res);
            ahead *= 4;
        }
        while (done.Res != -Errno.ECANCELED);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7")]
    public void One_that_has_passed_ends_the_request_before_it_begins(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        new Span<byte>(bench.Data, AttributeBench.FileBytes).Fill(0xee);
        foreach (var opcode in new[] { Aio2Op.Nop, Aio2Op.Pread, Aio2Op.Pwrite, Aio2Op.Fsync })
        {
            var done = bench.Run(Record.Of(bench.Iocb(opcode)).Payload(Info.Type, new Aio2AttrDeadline { Ns = 1 }).Attribute(Aio2AttrType.Timing));
            Assert.Equal([-Errno.ETIME, 0], done.ReturnList().Select(r => r.Head.Status));
            Assert.Equal(-Errno.ETIME, done.Res);
        }

        Assert.Equal(ScratchFile.Pattern(AttributeBench.FileBytes), File.ReadAllBytes(bench.File.Path));
        Assert.Equal(-1, new ReadOnlySpan<byte>(bench.Data, AttributeBench.FileBytes).IndexOfAnyExcept((byte)0xee));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7")]
    public void One_that_is_kept_says_0_and_leaves_nothing_behind(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        using var pipe = new Pipe();
        var far = Read(bench, pipe, (ulong)bench.Kernel.Engine.Now + Hour).Bytes;
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(far.Length, bench.Aio.Submit(far));
            pipe.Put();
            var done = bench.Aio.ReapOne();
            Assert.Equal((1L, 0), (done.Res, Assert.Single(done.ReturnList()).Head.Status));
        }

        Assert.Equal(Contexts.DeadlineHeap.Never, bench.Kernel.ContextOf(bench.Aio.Ctx).NextDeadline);
        Assert.Equal(1, bench.Run(Silent(bench, pipe)).Res);
    }

    [Theory, InlineData(ulong.MaxValue), InlineData((ulong)long.MaxValue), Requirement("ATTR-7")]
    public void One_beyond_all_time_never_comes(ulong at)
    {
        using var bench = new AttributeBench();
        using var pipe = new Pipe();
        Assert.Equal(Read(bench, pipe, at).Bytes.Length, bench.Aio.Submit(Read(bench, pipe, at).Bytes));
        pipe.Put();
        Assert.Equal(1, bench.Aio.ReapOne().Res);
        Assert.False(bench.Kernel.Deadlines.IsStarted);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7", "RING-6")]
    public void Deadlines_and_data_that_race_give_each_request_one_event(EngineKind engine)
    {
        const int Rounds = 8, Pipes = 40;
        using var bench = new AttributeBench(engine);
        var random = new Random(11);
        for (var round = 0; round < Rounds; round++)
        {
            var pipes = Enumerable.Range(0, Pipes).Select(_ => new Pipe()).ToList();
            var start = (ulong)MonotonicClock.Now;
            var run = new List<byte>();
            for (var i = 0; i < Pipes; i++)
            {
                run.AddRange(Read(bench, pipes[i], start + ((ulong)random.Next(3000) * 1000), (ulong)i).Bytes);
            }

            Assert.Equal(run.Count, bench.Aio.Submit(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(run)));
            foreach (var i in Enumerable.Range(0, Pipes).Where(_ => random.Next(2) == 0).ToList())
            {
                pipes[i].Put();
            }

            var events = bench.Aio.Reap(Pipes);
            Assert.Equal(Enumerable.Range(0, Pipes).Select(i => (ulong)i), events.Select(e => e.UserData).Order());
            Assert.All(events, done =>
            {
                var status = Assert.Single(done.ReturnList()).Head.Status;
                Assert.True((done.Res, status) is (-Errno.ETIME, -Errno.ETIME) or (1, 0) or (1, -Errno.ETIME), $"{done.Res} {status}");
            });
            pipes.ForEach(pipe => pipe.Dispose());
        }

        Assert.Equal(0, bench.Aio.Poll(new byte[64]));
        Assert.Equal(Contexts.DeadlineHeap.Never, bench.Kernel.ContextOf(bench.Aio.Ctx).NextDeadline);
    }

    [Fact, Requirement("ATTR-7", "ATTR-3")]
    public void A_request_that_could_not_be_stopped_ends_naturally_with_status_etime()
    {
        // The virtual clock jumps over the deadline in the very step that runs the read.
        var slow = new SimulationOptions { Driven = true, DelayMin = (long)Hour, DelayMax = (long)Hour };
        using var bench = new AttributeBench(EngineKind.Simulated, slow);
        var record = Record.Of(bench.Iocb(Aio2Op.Pread))
            .Payload(Info.Type, new Aio2AttrDeadline { Ns = (ulong)bench.Kernel.Engine.Now + (Hour / 2) }).Bytes;
        Assert.Equal(record.Length, bench.Aio.Submit(record));

        Assert.Equal(1, bench.Kernel.Simulation!.RunUntilIdle());

        var done = bench.Aio.ReapOne();
        Assert.Equal((AttributeBench.FileBytes, -Errno.ETIME), (done.Res, Assert.Single(done.ReturnList()).Head.Status));
    }

    [Fact, Requirement("ATTR-7")]
    public void An_earlier_deadline_that_comes_later_is_not_kept_waiting()
    {
        using var bench = new AttributeBench();
        using var pipe = new Pipe();
        var now = (ulong)MonotonicClock.Now;
        var late = Read(bench, pipe, now + Hour, 1).Bytes;
        Assert.Equal(late.Length, bench.Aio.Submit(late));

        // The thread sleeps for an hour by now, or is about to; a second context wakes it as well.
        using var other = Harness.Context(kernel: bench.Kernel);
        var soon = Read(bench, pipe, now + (5 * Millisecond), 2).Bytes;
        Assert.Equal(soon.Length, other.Submit(soon));
        Assert.Equal((2ul, -Errno.ETIME), (other.ReapOne() is var e ? e.UserData : 0, e.Res));

        var sooner = Read(bench, pipe, (ulong)MonotonicClock.Now + (5 * Millisecond), 3).Bytes;
        Assert.Equal(sooner.Length, bench.Aio.Submit(sooner));
        Assert.Equal((3ul, -Errno.ETIME), (bench.Aio.ReapOne() is var f ? f.UserData : 0, f.Res));
    }

    [Fact, Requirement("ATTR-7", "DESTROY-1")]
    public void Destroy_does_not_wait_for_a_deadline()
    {
        using var bench = new AttributeBench();
        using var pipe = new Pipe();
        using (var other = Harness.Context(kernel: bench.Kernel))
        {
            var late = Read(bench, pipe, (ulong)MonotonicClock.Now + Hour).Bytes;
            Assert.Equal(late.Length, other.Submit(late));
            Assert.Equal(0, other.Destroy());
        }

        Assert.Equal(-Errno.ETIME, bench.Run(Read(bench, pipe, (ulong)MonotonicClock.Now + Millisecond)).Res);
    }

    [Fact, Requirement("ATTR-7", "DESTROY-2")]
    public void Without_the_attribute_there_is_no_timer()
    {
        using var bench = new AttributeBench();
        bench.Run(Record.Of(bench.Iocb(Aio2Op.Pread)).Attribute(Aio2AttrType.Timing));
        Assert.False(bench.Kernel.Deadlines.IsStarted);

        bench.Run(Record.Of(bench.Iocb(Aio2Op.Pread)).Attribute(Info.Type, Sample));
        Assert.True(bench.Kernel.Deadlines.IsStarted);
    }

    private Record Silent(AttributeBench bench, Pipe pipe)
    {
        pipe.Put();
        return Record.Of(Harness.Read(pipe.ReadEnd, bench.Data, 1, -1)).Attribute(Info.Type, Sample, Aio2AttrFlags.Noreturn);
    }

    private Record Read(AttributeBench bench, Pipe pipe, ulong at, ulong userData = 0) =>
        Record.Of(Harness.Read(pipe.ReadEnd, bench.Data, 1, -1, userData)).Payload(Info.Type, new Aio2AttrDeadline { Ns = at });
}
