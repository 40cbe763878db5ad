using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Engines.Direct;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>O_DIRECT reads past the engine, by the system's own AIO: many at once, of many threads and contexts.</summary>
public sealed unsafe class DirectLaneCrowdTests : IDisposable
{
    private const int Block = 4096, Blocks = 64;

    private readonly EmbeddedKernel _kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.IoUring, MaxWorkers = 4 });
    private readonly ScratchFile _file = new(Libc.O_RDWR | Libc.O_DIRECT, ScratchFile.Pattern(Blocks * Block));

    private DirectLanes Lanes => _kernel.Engine.Lanes!;

    [Fact, Requirement("RING-6", "DESTROY-2")]
    public void Contexts_one_after_the_other_use_one_lane_and_more_at_once_than_there_are_lanes_read_all_the_same()
    {
        for (var i = 0; i < 2 * DirectLanes.Max; i++)
        {
            using var one = Harness.Context(kernel: _kernel);
            ReadBlock(one, i);
        }

        Assert.Equal(1, Lanes.Count);
        var many = Enumerable.Range(0, DirectLanes.Max + 4).Select(_ => Harness.Context(kernel: _kernel)).ToList();
        for (var i = 0; i < many.Count; i++)
        {
            ReadBlock(many[i], i);
        }

        Assert.Equal(DirectLanes.Max, Lanes.Count);
        many.ForEach(aio => aio.Dispose());
    }

    [Fact, Requirement("DESTROY-2")]
    public void A_context_without_such_reads_has_no_lane()
    {
        using var plain = new ScratchFile(content: new byte[Block]);
        using var aio = Harness.Context(kernel: _kernel);
        using var deferred = Harness.Context(flags: Aio2Setup.Defer, kernel: _kernel);
        Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Read(plain.Fd, aio.Memory(Block), Block, 0)));
        Assert.Equal(Block, aio.ReapOne().Res);
        ReadBlock(deferred, 3);
        Assert.Equal(0, Lanes.Count);
    }

    [Fact, Requirement("RING-6")]
    public void Errors_are_the_engines_own()
    {
        using var direct = Harness.Context(kernel: _kernel);
        using var deferred = Harness.Context(flags: Aio2Setup.Defer, kernel: _kernel);
        var buffer = Aligned(direct, 4 * Block);
        Iocb2[] reads =
        [
            Harness.Read(_file.Fd, (void*)(buffer + 1), Block, 0),
            Harness.Read(_file.Fd, (void*)buffer, Block, 1),
            Harness.Read(_file.Fd, (void*)buffer, Block, Blocks * Block),
            Harness.Read(_file.Fd, (void*)buffer, 2 * Block, (Blocks - 1) * Block),
            Harness.Read(_file.Fd, (void*)Block, Block, 0),
            Harness.Read(_file.Fd, (void*)buffer, Block, long.MaxValue - Block),
        ];
        foreach (var read in reads)
        {
            Assert.Equal(Iocb2.SizeOf, direct.Submit(read));
            Assert.Equal(Iocb2.SizeOf, deferred.Submit(read));
            Assert.Equal(deferred.ReapOne().Res, direct.ReapOne().Res);
        }

        Assert.Equal(1, Lanes.Count);
    }

    [Fact, Requirement("GET-1", "GET-5", "RING-6", "RING-9")]
    public void Each_read_of_many_threads_ends_once_whoever_waits_polls_or_leaves()
    {
        const int Submitters = 2, Waiters = 3, Rounds = 400, Burst = 16;
        using var aio = Harness.Context(nrReqs: 2 * Submitters * Burst, kernel: _kernel);
        var buffer = Aligned(aio, Blocks * Block);
        var seen = new ConcurrentDictionary<ulong, long>();
        var twice = 0;
        var left = (long)Submitters * Rounds * Burst;
        var isLate = false;
        var waiters = Threads(Waiters, number =>
        {
            var dice = new Random(number);
            var events = stackalloc byte[1024];
            for (var end = Environment.TickCount64 + (3 * Harness.Patience * 1000); Volatile.Read(ref left) > 0;)
            {
                isLate |= Environment.TickCount64 > end;
                if (isLate)
                {
                    return;
                }

                // Some wait for several, some only look, some leave before anything comes.
                var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Nsec = dice.Next(4) switch { 0 => 0, 1 => 50_000, _ => 5_000_000 } };
                var got = _kernel.GetEvents(aio.Ctx, events, 1024, (nuint)(dice.Next(6) * IoEvent2.SizeOf), &wait, 0);
                Assert.True(got >= 0, $"io_getevents2 said {got}");
                foreach (var e in Event.Split(new ReadOnlySpan<byte>(events, (int)got)))
                {
                    twice += seen.TryAdd(e.UserData, e.Res) ? 0 : 1;
                    _ = Interlocked.Decrement(ref left);
                }
            }
        });
        var submitters = Threads(Submitters, number =>
        {
            var reads = new Iocb2[Burst];
            for (var round = 0; round < Rounds && !isLate; round++)
            {
                for (var i = 0; i < Burst; i++)
                {
                    var id = ((((ulong)number * Rounds) + (ulong)round) * Burst) + (ulong)i;
                    var block = (int)(id % Blocks);
                    reads[i] = Harness.Read(_file.Fd, (void*)(buffer + (block * Block)), Block, (long)block * Block, id);
                }

                for (var done = 0; done < Burst && !isLate;)
                {
                    var taken = aio.Submit(MemoryMarshal.AsBytes(reads.AsSpan(done)));
                    done += taken > 0 ? (int)taken / Iocb2.SizeOf : 0;
                    Thread.Yield();
                }
            }
        });
        submitters.Concat(waiters).ToList().ForEach(t => t.Join());
        Assert.False(isLate, $"{left} reads never came");
        Assert.Equal((0, Submitters * Rounds * Burst), (twice, seen.Count));
        Assert.All(seen.Values, res => Assert.Equal(Block, res));
        Assert.True(new ReadOnlySpan<byte>((void*)buffer, Blocks * Block).SequenceEqual(ScratchFile.Pattern(Blocks * Block)));
        Assert.Equal(1, Lanes.Count);
    }

    [Fact, Requirement("DESTROY-1", "RING-6")]
    public void Destroy_at_any_moment_of_a_burst_leaves_no_read_behind()
    {
        const int Rounds = 200, Burst = 32;
        for (var round = 0; round < Rounds; round++)
        {
            var aio = Harness.Context(nrReqs: Burst, flags: round % 2 == 0 ? Aio2Setup.UserReap : 0, kernel: _kernel);
            var buffer = Aligned(aio, Burst * Block);
            var reads = Enumerable.Range(0, Burst).Select(i => Harness.Read(_file.Fd, (void*)(buffer + (i * Block)), Block, i * Block, (ulong)i)).ToArray();
            var waiter = new Thread(() =>
            {
                var events = stackalloc byte[64];
                while (aio.Kernel.GetEvents(aio.Ctx, events, 64, 24, null, 0) >= 0)
                {
                }
            });
            waiter.Start();
            _ = aio.Submit(reads);
            Thread.SpinWait(round * 50);
            Assert.Equal(0, aio.Destroy());
            new Span<byte>((void*)buffer, Burst * Block).Clear();
            Assert.True(waiter.Join(TimeSpan.FromSeconds(Harness.Patience)), "GET-6");
            Assert.False(new ReadOnlySpan<byte>((void*)buffer, Burst * Block).ContainsAnyExcept((byte)0), "a buffer was in use");
            aio.Dispose();
        }

        Assert.Equal(1, Lanes.Count);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _file.Dispose();
    }

    private void ReadBlock(Harness aio, int block)
    {
        var buffer = Aligned(aio, Block);
        Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Read(_file.Fd, (void*)buffer, Block, (long)block * Block)));
        Assert.Equal(Block, aio.ReapOne().Res);
        Assert.True(new ReadOnlySpan<byte>((void*)buffer, Block).SequenceEqual(ScratchFile.Pattern(Blocks * Block).AsSpan(block * Block, Block)));
    }

    private static nint Aligned(Harness aio, int bytes) => ((nint)aio.Memory(bytes + Block) + Block - 1) & -Block;

    private static List<Thread> Threads(int count, Action<int> run)
    {
        var threads = Enumerable.Range(0, count).Select(i => new Thread(() => run(i))).ToList();
        threads.ForEach(t => t.Start());
        return threads;
    }
}
