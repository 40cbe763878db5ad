using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>Waiting, cancelling, held files and many at once: on every engine.</summary>
public sealed unsafe class EngineLifeTests
{
    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-6")]
    public void Sources_that_never_become_ready_stop_neither_submit_nor_others(EngineUnderTest engine)
    {
        const int Silent = 300;
        using var bench = new EngineBench(engine, nrReqs: Silent + 8);
        using var pipe = new Pipe();
        using var full = new Pipe();
        using var file = new ScratchFile(content: new byte[4096]);
        Assert.Equal(0, Libc.Fcntl(full.WriteEnd, Libc.F_SETFL, Libc.O_NONBLOCK));
        var page = bench.Aio.Memory(65536);
        while (Libc.Write(full.WriteEnd, page, 65536) > 0)
        {
        }

        Assert.Equal(0, Libc.Fcntl(full.WriteEnd, Libc.F_SETFL, 0));
        var terminal = Libc.Open("/dev/ptmx", Libc.O_RDWR | Libc.O_CLOEXEC);
        var counter = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        for (var i = 0; i < Silent; i++)
        {
            var silent = (i % 4) switch
            {
                0 => Harness.Read(pipe.ReadEnd, page, 16, -1),
                1 => Harness.Write(full.WriteEnd, page, 16, -1),
                2 => Harness.Read(terminal, page, 16, -1),
                _ => Harness.Read(counter, page, 16, -1),
            };
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(silent));
        }

        // Another context, and this one, go on.
        using var other = Harness.Context(flags: EngineBench.FlagsOf(engine), kernel: bench.Kernel);
        foreach (var aio in new[] { other, bench.Aio })
        {
            Assert.Equal(2 * Iocb2.SizeOf, aio.Submit(Harness.Read(file.Fd, aio.Memory(4096), 4096, 0), Harness.Write(file.Fd, aio.Memory(64), 64, 0)));
            Assert.Equal([64L, 4096L], aio.Reap(2).Select(e => e.Res).Order());
        }

        // And the silent ones can be ended.
        Assert.Equal(0, bench.Aio.Destroy());
        _ = Libc.Close(terminal);
        _ = Libc.Close(counter);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("RING-6")]
    public void A_pipe_serves_its_waiting_readers_one_by_one(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var pipe = new Pipe();
        var buffer = bench.Aio.Memory(64);
        for (var i = 0ul; i < 20; i++)
        {
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(pipe.ReadEnd, buffer, 1, -1, i)));
        }

        var seen = new HashSet<ulong>();
        for (var i = 0; i < 20; i++)
        {
            pipe.Put();
            var e = bench.Aio.ReapOne();
            Assert.Equal(1, e.Res);
            Assert.True(seen.Add(e.UserData), "an event came twice");
        }

        Assert.Equal(0, bench.Aio.Poll(new byte[4096]));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-2")]
    public void A_number_that_is_closed_and_reused_while_queued_never_names_the_new_file(EngineUnderTest engine)
    {
        const int Rounds = 200;
        using var bench = new EngineBench(engine, nrReqs: 256);
        using var right = new ScratchFile(content: Enumerable.Repeat((byte)1, 4096).ToArray());
        using var wrong = new ScratchFile(content: Enumerable.Repeat((byte)2, 4096).ToArray());
        var buffer = bench.Aio.Memory(8 * 512);
        new Span<byte>(buffer + 2048, 512).Fill(1);
        var number = Libc.Dup(right.Fd);
        for (var round = 0; round < Rounds; round++)
        {
            // The number means the right file while submit runs, and the wrong one from its return on.
            Assert.Equal(number, Dup3(right.Fd, number));
            Assert.Equal(4 * Iocb2.SizeOf, bench.Aio.Submit(
                Harness.Read(number, buffer, 512, 0, 1),
                Harness.Write(number, buffer + 2048, 512, 512, 2),
                Sync(number, 3),
                Harness.Read(number, buffer + 1024, 512, 1024, 4)));
            Assert.Equal(number, Dup3(wrong.Fd, number));
            Assert.All(bench.Aio.Reap(4), e => Assert.Equal(e.UserData == 3 ? 0 : 512, e.Res));
            Assert.Equal(1, buffer[0]);
            Assert.Equal(1, buffer[1024]);
        }

        Assert.All(File.ReadAllBytes(wrong.Path), b => Assert.Equal(2, b));
        _ = Libc.Close(number);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-2")]
    public void A_waiting_read_keeps_its_pipe_when_the_number_is_closed(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var pipe = new Pipe();
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(pipe.ReadEnd, bench.Aio.Memory(64), 64, -1)));
        pipe.CloseRead();
        using var other = new Pipe();
        pipe.Put(3);
        Assert.Equal(3, bench.Aio.ReapOne().Res);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("DESTROY-1")]
    public void Destroy_ends_what_waits_and_a_later_context_is_untouched(EngineUnderTest engine)
    {
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineBench.KindOf(engine), MaxWorkers = 4 });
        using var pipe = new Pipe();
        for (var round = 0; round < 50; round++)
        {
            using var aio = Harness.Context(flags: EngineBench.FlagsOf(engine), kernel: kernel);
            var buffer = aio.Memory(64 * 16);
            for (var i = 0; i < 60; i++)
            {
                Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Read(pipe.ReadEnd, buffer + i, 1, -1)));
            }

            Assert.Equal(0, aio.Destroy());
        }

        // Nobody is left to take it.
        pipe.Put();
        using var last = Harness.Context(flags: EngineBench.FlagsOf(engine), kernel: kernel);
        Assert.Equal(Iocb2.SizeOf, last.Submit(Harness.Read(pipe.ReadEnd, last.Memory(64), 1, -1)));
        Assert.Equal(1, last.ReapOne().Res);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("RING-6")]
    public void Ten_thousand_in_flight_each_end_once(EngineUnderTest engine)
    {
        const int Count = 10_000;
        using var bench = new EngineBench(engine, nrReqs: Count);
        using var pipe = new Pipe();
        using var file = new ScratchFile(Libc.O_RDWR | Libc.O_DIRECT, new byte[1 << 16]);
        var buffer = bench.Aio.Memory(3 * 4096);
        buffer += -(nint)buffer & 4095;
        var iocbs = new Iocb2[Count];
        for (var i = 0; i < Count; i++)
        {
            // Half of them wait for the pipe, so that they are all in flight at once.
            iocbs[i] = i % 2 == 0
                ? Harness.Read(pipe.ReadEnd, buffer + 4096, 1, -1, (ulong)i)
                : Harness.Read(file.Fd, buffer, 4096, i % 16 * 4096, (ulong)i);
        }

        Assert.Equal(Count * Iocb2.SizeOf, bench.Aio.Submit(MemoryMarshal.AsBytes<Iocb2>(iocbs)));
        for (var put = 0; put < Count / 2; put += 1000)
        {
            pipe.Put(1000);
        }

        var events = bench.Aio.Reap(Count);
        Assert.Equal(Count, events.Select(e => e.UserData).Distinct().Count());
        Assert.All(events, e => Assert.Equal(e.UserData % 2 == 0 ? 1 : 4096, e.Res));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("RING-6")]
    public void A_request_outlives_the_thread_that_submitted_it(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var pipe = new Pipe();
        var task = "";
        var submitter = new Thread(() =>
        {
            task = $"/proc/self/task/{Libc.GetTid()}";
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(pipe.ReadEnd, bench.Aio.Memory(64), 64, -1)));
        });
        submitter.Start();
        submitter.Join();

        // The runtime calls a thread ended before the kernel does.
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists(task), TimeSpan.FromSeconds(Harness.Patience)));
        Assert.Equal(0, bench.Aio.Poll(new byte[64]));
        pipe.Put(2);
        Assert.Equal(2, bench.Aio.ReapOne().Res);
    }

    private static Iocb2 Sync(int fd, ulong userData) =>
        new() { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Fsync, Fd = fd, UserData = userData };

    // dup3: atomically another file under the same number.
    private static int Dup3(int from, int to) =>
        (int)Libc.Syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 24 : 292, from, to, Libc.O_CLOEXEC);
}
