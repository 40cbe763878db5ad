using AioV2.Abi;
using AioV2.Kernel.Engines.Simulated;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>The seeded scheduler: the same number, the same schedule.</summary>
public sealed unsafe class SimulatedEngineTests
{
    private static readonly SimulationOptions Stormy = new()
    {
        Seed = 42, ShortTransfers = 0.4, InputOutputErrors = 0.1, NoSpace = 0.1, Interruptions = 0.2, DelayMax = 5000, Driven = true,
    };

    [Fact, Requirement("RING-6")]
    public void A_schedule_follows_from_its_seed()
    {
        var (events, log) = RunAll(Stormy);
        Assert.Equal((events, log), RunAll(Stormy));
        Assert.NotEqual(log, RunAll(Stormy with { Seed = 43 }).Log);
    }

    [Fact]
    public void Every_kind_of_fault_comes_and_each_request_still_ends_once()
    {
        var (events, log) = RunAll(Stormy);
        var steps = SimulationLog.Parse(log).Steps;
        Assert.All(Enum.GetValues<SimulationAction>().Except([SimulationAction.Blocked]), a => Assert.Contains(steps, s => s.Action == a));
        Assert.Equal(64, events.Split(' ').Select(e => e.Split(':')[0]).Distinct().Count());

        // The log tells the results: a request that met no error moved everything, an error behind the first byte leaves a part.
        foreach (var (number, res) in events.Split(' ').Select(e => (ulong.Parse(e.Split(':')[0]), long.Parse(e.Split(':')[1]))))
        {
            var own = steps.Where(s => s.Request == number + 1).ToList();
            var moved = own.Where(s => s.Action == SimulationAction.Short).Sum(s => (long)s.Bytes);
            Assert.Equal(own[^1].Action switch
            {
                SimulationAction.Run => 512,
                SimulationAction.Short => moved,
                _ when moved != 0 => moved,
                SimulationAction.Eio => -Errno.EIO,
                _ => -Errno.ENOSPC,
            }, res);
        }
    }

    [Fact]
    public void The_order_of_completion_is_not_the_order_of_submission()
    {
        var (events, _) = RunAll(new SimulationOptions { Seed = 9, Driven = true });
        var order = events.Split(' ').Select(e => int.Parse(e.Split(':')[0])).ToList();
        Assert.NotEqual(order.Order(), order);
        Assert.Equal(Enumerable.Range(0, 64), order.Order());
    }

    [Fact]
    public void A_log_replays_its_schedule_whatever_the_seed()
    {
        var (events, log) = RunAll(Stormy);
        var replayed = RunAll(new SimulationOptions { Seed = 7, Driven = true, Replay = SimulationLog.Parse(log) });
        Assert.Equal((events, log), replayed);
    }

    [Fact]
    public void A_log_replays_on_the_engines_own_thread()
    {
        var (events, log) = RunAll(Stormy);
        Assert.Equal((events, log), RunAll(new SimulationOptions { Seed = 7, Replay = SimulationLog.Parse(log) }));
    }

    [Fact]
    public void Who_submits_makes_the_same_steps_where_the_engine_runs_in_its_callers() =>
        Assert.Equal(RunAll(Stormy), RunAll(Stormy with { Driven = false, InCaller = 1 }));

    [Fact, Requirement("CANCEL-1", "DESTROY-1")]
    public void What_waits_for_a_stream_is_woken_cancelled_and_destroyed_where_the_engine_runs_in_its_callers()
    {
        using var bench = new EngineBench(EngineKind.Simulated, simulation: new SimulationOptions { InCaller = 1 });
        using Pipe fed = new(), cancelled = new(), left = new();
        var buffer = bench.Aio.Memory(64);
        Assert.Equal(3 * Iocb2.SizeOf, bench.Aio.Submit(
            Harness.Read(fed.ReadEnd, buffer, 8, -1, 1), Harness.Read(cancelled.ReadEnd, buffer, 8, -1, 2), Harness.Read(left.ReadEnd, buffer, 8, -1, 3)));
        Assert.Equal(3, bench.Kernel.Simulation!.Unfinished);

        // Nobody enters the engine: its thread has to notice.
        fed.Put();
        Assert.Equal((1ul, 1L), Told(bench.Aio.ReapOne()));

        Assert.Equal(1, bench.Kernel.Cancel(bench.Aio.Ctx, 2, 0));
        Assert.Equal((2ul, (long)-Errno.ECANCELED), Told(bench.Aio.ReapOne()));
        Assert.Equal(0, bench.Aio.Destroy());
        Assert.Equal(0, bench.Kernel.Simulation.Unfinished);

        static (ulong, long) Told(Event e) => (e.UserData, e.Res);
    }

    [Theory, Requirement("ATTR-7")]
    [InlineData(0)]
    [InlineData(1)]
    public void A_deadline_ends_what_waits_for_a_stream(double inCaller)
    {
        using var bench = new EngineBench(EngineKind.Simulated, simulation: new SimulationOptions { InCaller = inCaller });
        using var pipe = new Pipe();
        var iocb = Record.Of(Harness.Read(pipe.ReadEnd, bench.Aio.Memory(8), 8, -1)).Attribute(Aio2AttrType.Deadline, payload: BitConverter.GetBytes(1L));
        Assert.Equal(iocb.Bytes.Length, bench.Aio.Submit(iocb.Bytes));
        Assert.Equal(-Errno.ETIME, bench.Aio.ReapOne().Res);
    }

    [Fact]
    public void A_log_says_when_it_had_to_leave_steps_out()
    {
        using var bench = new EngineBench(EngineKind.Simulated, simulation: new SimulationOptions { LogMax = 1, Driven = true });
        using var file = new ScratchFile();
        var read = Harness.Read(file.Fd, bench.Aio.Memory(64), 64, 0);
        Assert.Equal(2 * Iocb2.SizeOf, bench.Aio.Submit(read, read));
        Assert.Equal(2, bench.Kernel.Simulation!.RunUntilIdle());
        Assert.Single(bench.Kernel.Simulation.Log.Steps);
        Assert.False(bench.Kernel.Simulation.Log.IsComplete);
        _ = bench.Aio.Reap(2);
    }

    [Fact]
    public void A_request_is_held_back_until_it_is_released()
    {
        using var bench = new EngineBench(EngineKind.Simulated, simulation: new SimulationOptions { Driven = true });
        using var file = new ScratchFile(content: new byte[64]);
        var simulation = bench.Kernel.Simulation!;
        simulation.Hold(1);
        var buffer = bench.Aio.Memory(64);
        Assert.Equal(2 * Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(file.Fd, buffer, 64, 0, 1), Harness.Read(file.Fd, buffer, 64, 0, 2)));
        _ = simulation.RunUntilIdle();
        Assert.Equal(2ul, bench.Aio.ReapOne().UserData);
        Assert.Equal(1, simulation.Unfinished);
        simulation.Release(1);
        Assert.Equal(1, simulation.RunUntilIdle());
        Assert.Equal(1ul, bench.Aio.ReapOne().UserData);
    }

    [Fact, Requirement("DESTROY-1")]
    public void Destroy_ends_what_is_held_back_with_nobody_stepping()
    {
        using var bench = new EngineBench(EngineKind.Simulated, simulation: new SimulationOptions { Driven = true });
        using var file = new ScratchFile(content: new byte[64]);
        bench.Kernel.Simulation!.Hold(1);
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Write(file.Fd, bench.Aio.Memory(64), 64, 0, 1)));
        Assert.Equal(0, bench.Kernel.Simulation.RunUntilIdle());
        Assert.Equal(0, bench.Aio.Destroy());
        Assert.Equal(0, bench.Kernel.Simulation.Unfinished);
    }

    [Fact, Requirement("ATTR-7")]
    public void Timing_reads_the_virtual_clock()
    {
        const long Day = 86_400_000_000_000;
        using var bench = new EngineBench(EngineKind.Simulated, simulation: new SimulationOptions { Driven = true, DelayMin = Day, DelayMax = Day });
        using var file = new ScratchFile(content: new byte[64]);
        var before = bench.Kernel.Simulation!.Now;
        var iocb = Record.Of(Harness.Read(file.Fd, bench.Aio.Memory(64), 64, 0)).Attribute(Aio2AttrType.Timing);
        Assert.Equal(iocb.Bytes.Length, bench.Aio.Submit(iocb.Bytes));
        Assert.Equal(1, bench.Kernel.Simulation.RunUntilIdle());
        var timing = System.Runtime.InteropServices.MemoryMarshal.Read<Aio2RetTiming>(bench.Aio.ReapOne().ReturnList()[0].Payload);
        Assert.Equal(((ulong)before, (ulong)(before + Day), (ulong)(before + Day)), (timing.Submit, timing.Issue, timing.Complete));
    }

    // 64 reads and writes of 512 bytes on one file: the events in order, and the log.
    private static (string Events, string Log) RunAll(SimulationOptions options)
    {
        using var bench = new EngineBench(EngineKind.Simulated, simulation: options);
        using var file = new ScratchFile(content: ScratchFile.Pattern(64 * 512));
        var expected = File.ReadAllBytes(file.Path);
        var buffer = bench.Aio.Memory(64 * 512);
        expected.CopyTo(new Span<byte>(buffer, 64 * 512));
        var iocbs = new Iocb2[64];
        for (var i = 0; i < iocbs.Length; i++)
        {
            var at = i * 512;
            iocbs[i] = i % 2 == 0 ? Harness.Read(file.Fd, buffer + at, 512, at, (ulong)i) : Harness.Write(file.Fd, buffer + at, 512, at, (ulong)i);
        }

        Assert.Equal(iocbs.Length * Iocb2.SizeOf, bench.Aio.Submit(iocbs));
        if (options.Driven)
        {
            _ = bench.Kernel.Simulation!.RunUntilIdle();
        }

        var events = bench.Aio.Reap(64);

        // Faults or not: nothing but the right bytes was moved, and only within its place.
        Assert.Equal(expected, File.ReadAllBytes(file.Path));
        Assert.Equal(expected, new ReadOnlySpan<byte>(buffer, 64 * 512).ToArray());
        return (string.Join(' ', events.Select(e => $"{e.UserData}:{e.Res}")), bench.Kernel.Simulation!.Log.ToString());
    }
}
