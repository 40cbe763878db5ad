using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Engines.Simulated;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Tests.Engines;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Hostile;

/// <summary>What a context and a request cost at most. These measure the whole process, so they run alone.</summary>
[Collection(nameof(Alone))]
public sealed unsafe partial class BoundsTests
{
    private const int Million = 1_000_000;

    public static TheoryData<EngineKind> Engines => [EngineKind.Threads, EngineKind.IoUring, EngineKind.Simulated];

    /// <summary>A loop over what is in flight in any of the three would make 10^12 steps of this, which is hours: the test would
    /// meet the bound of its waits. What a request costs as their number grows is a row of the benchmarks.</summary>
    [Theory, MemberData(nameof(Engines)), Requirement("RING-9", "RING-6")]
    public void A_million_requests_in_flight_cost_no_walks_and_512_bytes_each(EngineKind engine)
    {
        // The simulated engine's log is what it is for; it is kept within its bound, here none.
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine, Simulation = new SimulationOptions { LogMax = 0 } });
        using var aio = Harness.Context(nrReqs: Million, flags: 0, kernel: kernel);
        using var pipe = new Pipe();
        const int Run = 20_000;
        var run = (Iocb2*)NativeMemory.AllocZeroed(Run, Iocb2.SizeOf);
        var events = NativeMemory.AllocZeroed(1 << 20);
        var data = aio.Memory(8);
        var seen = new BitArray(Million);
        var before = AnonymousBytes();

        for (var first = 0; first < Million; first += Run)
        {
            for (var i = 0; i < Run; i++)
            {
                run[i] = Harness.Read(pipe.ReadEnd, data, 1, -1, (ulong)(first + i));
            }

            Assert.Equal(Run * Iocb2.SizeOf, aio.Kernel.Submit(aio.Ctx, run, Run * Iocb2.SizeOf, null));
        }

        Assert.InRange((AnonymousBytes() - before) / Million, 1, 512);
        Assert.Equal(-Errno.EAGAIN, aio.Submit(Harness.Nop(0)));

        pipe.CloseWrite();
        for (var reaped = 0; reaped < Million;)
        {
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = Harness.Patience };
            var got = aio.Kernel.GetEvents(aio.Ctx, events, 1 << 20, IoEvent2.SizeOf, &wait, 0);
            Assert.True(got > 0, $"{reaped} of a million came; then io_getevents2 said {got}");
            for (var e = (IoEvent2*)events; e < (IoEvent2*)((byte*)events + got); e++)
            {
                Assert.True(e->Res == 0 && !seen[(int)e->UserData], $"request {e->UserData}: {e->Res}, or twice");
                seen[(int)e->UserData] = true;
                reaped++;
            }
        }

        NativeMemory.Free(run);
        NativeMemory.Free(events);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-6", "RING-9")]
    public void A_request_allocates_nothing_on_the_managed_heap_of_the_process(EngineKind engine)
    {
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine, Simulation = new SimulationOptions { LogMax = 0 } });
        using var aio = Harness.Context(kernel: kernel);
        var file = EngineBench.OpenTmpfs(4096);
        using var pipe = new Pipe();
        var data = aio.Memory(64);
        var run = (Iocb2*)aio.Memory(3 * Iocb2.SizeOf);
        run[0] = Harness.Read(file, data, 64, 0);
        run[1] = Harness.Write(file, data, 64, 0);
        run[2] = Harness.Read(pipe.ReadEnd, data, 1, -1);
        var buffer = aio.Memory(256);
        var mine = 0L;
        void Rounds(int rounds)
        {
            var start = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < rounds; i++)
            {
                Assert.True(aio.Kernel.Submit(aio.Ctx, run, 3 * Iocb2.SizeOf, null) == 3 * Iocb2.SizeOf);
                Assert.True(Libc.Write(pipe.WriteEnd, data, 1) == 1);
                for (var got = 0L; got < 3 * IoEvent2.SizeOf;)
                {
                    got += Math.Max(0, aio.Kernel.GetEvents(aio.Ctx, buffer, 256, IoEvent2.SizeOf, null, 0));
                }
            }

            mine = GC.GetAllocatedBytesForCurrentThread() - start;
        }

        const int Measured = 10_000;
        Rounds(3000);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Rounds(Measured);

        // Of 30 000 requests: what a tiered-up method or the runner itself takes is far below a byte for each.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 3 * Measured);
        Assert.InRange(mine, 0, Measured);
        _ = Libc.Close(file);
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("DESTROY-2")]
    public void An_idle_context_holds_less_than_16_KiB_beside_its_ring_and_no_thread(uint kind)
    {
        const int Contexts = 1000;
        using var kernel = Harness.NewKernel();
        Make(kernel, kind, 100);
        var threads = EngineThreads.Now();
        var before = AnonymousBytes();

        Make(kernel, kind, Contexts);

        // The ring is shared memory and not among these. The runtime's own memory may shrink by more than they take.
        var held = (AnonymousBytes() - before) / Contexts;
        Assert.True(held <= 16 * 1024, $"{held} bytes");
        Assert.Empty(EngineThreads.Since(threads));
    }

    private static void Make(EmbeddedKernel kernel, uint kind, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var parameters = new Aio2Params { RingBytes = Aio2.RingBytesMin };
            Assert.Equal(0, kernel.Setup(Aio2.Version, kind, &parameters, (nuint)sizeof(Aio2Params)));
        }
    }

    // Resident memory of the process that is no file's and not shared, bytes; without what is nobody's any more: else other tests'
    // garbage, given back between two looks, would count against what was taken between them.
    private static long AnonymousBytes()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _ = malloc_trim(0);
        var line = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
