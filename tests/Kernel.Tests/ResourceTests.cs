using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Tests.Engines;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>What a context leaves behind: nothing. These count what the whole process has, so they run alone.</summary>
[Collection(nameof(Alone))]
public sealed unsafe class ResourceTests
{
    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    [Fact, Requirement("SETUP-10")]
    public void An_unwritable_params_is_refused_and_leaves_no_mapping_descriptor_or_slot()
    {
        using var kernel = Harness.NewKernel();
        var page = (byte*)Libc.Mmap(null, 4096, Libc.PROT_READ, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        var maps = RingMaps();

        Assert.Equal(-Errno.EFAULT, kernel.Setup(2, Aio2Setup.UserReap, (Aio2Params*)page, 96));
        Assert.Equal(-Errno.EFAULT, kernel.Setup(2, Aio2Setup.UserReap, null, 96));

        Assert.Equal(maps, RingMaps());
        var probe = new Aio2ProbeKernel();
        kernel.Probe(Aio2Probe.Kernel, &probe, 128);
        Assert.Equal(0ul, probe.ReqsUsed);
        Libc.Munmap(page, 4096);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("DESTROY-2")]
    public void A_context_that_does_no_transfer_starts_no_thread(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        var before = EngineThreads.Now();
        using var other = Harness.Context(flags: EngineBench.FlagsOf(engine), kernel: bench.Kernel);
        Assert.Equal(Iocb2.SizeOf, other.Submit(Harness.Nop(1)));
        Assert.Equal(0, other.ReapOne().Res);
        Assert.Empty(EngineThreads.Since(before));
    }

    [Fact, Requirement("DESTROY-2", "SETUP-7")]
    public void A_context_spends_no_descriptor_and_its_kernel_mapping_goes_with_it()
    {
        using var kernel = Harness.NewKernel();
        var maps = RingMaps();
        var names = RingDescriptors();
        using (var aio = Harness.Context(kernel: kernel))
        {
            Assert.Equal(names, RingDescriptors());
        }

        Assert.Equal(maps, RingMaps());
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("SUBMIT-6")]
    public void Submitting_and_reaping_allocates_nothing_on_the_managed_heap(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        using var file = new ScratchFile(content: new byte[64]);
        byte[] run = [.. Record.Nop(1).Attribute(Aio2AttrType.Timing).Bytes, .. Record.Of(Harness.Read(file.Fd, aio.Memory(64), 64, 0)).Bytes];
        var buffer = aio.Memory(256);
        void Round()
        {
            fixed (byte* p = run)
            {
                Assert.True(aio.Kernel.Submit(aio.Ctx, p, (nuint)run.Length, null) == run.Length);
            }

            for (var got = 0L; got < 24 + 40 + 24;)
            {
                got += Math.Max(0, aio.Kernel.GetEvents(aio.Ctx, buffer, 256, 24, null, 0));
            }
        }

        for (var i = 0; i < 2000; i++)
        {
            Round();
        }

        // The whole process: the workers too. What a tiered-up method or the test runner itself takes is far below a byte a round.
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 20000; i++)
        {
            Round();
        }

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 20000);
    }

    [Fact, Requirement("DESTROY-2")]
    public void A_context_that_does_no_io_starts_no_thread_and_allocates_little()
    {
        using var kernel = Harness.NewKernel();
        var parameters = stackalloc Aio2Params[1000];
        Make(kernel, parameters, 1);
        var threads = EngineThreads.Now();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Make(kernel, parameters, 1000);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000 * 2048);
        Assert.Empty(EngineThreads.Since(threads));
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(i => parameters[i].Ctx).Distinct().Count(id => id != 0));

        static void Make(EmbeddedKernel kernel, Aio2Params* parameters, int count)
        {
            for (var i = 0; i < count; i++)
            {
                parameters[i] = default;
                Assert.Equal(0, kernel.Setup(Aio2.Version, 0, parameters + i, 96));
            }
        }
    }

    private static int RingMaps() => File.ReadLines("/proc/self/maps").Count(line => line.Contains("aio2-ring", StringComparison.Ordinal));

    private static int RingDescriptors() =>
        new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
            .Count(f => f.LinkTarget?.Contains("aio2-ring", StringComparison.Ordinal) == true);
}
