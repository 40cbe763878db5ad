using AioV2.Abi;
using AioV2.Kernel.Engines.Simulated;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>A kernel with the engine under test, and one context of it.</summary>
internal sealed class EngineBench : IDisposable
{
    public EngineBench(EngineKind engine, uint nrReqs = 64, SimulationOptions? simulation = null)
    {
        Kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine, MaxWorkers = 4, Simulation = simulation });
        Aio = Harness.Context(nrReqs: nrReqs, kernel: Kernel);
    }

    public EngineBench(EngineUnderTest engine, uint nrReqs = 64)
    {
        Kernel = EmbeddedKernel.Create(new KernelOptions { Engine = KindOf(engine), MaxWorkers = 4 });
        Aio = Harness.Context(nrReqs: nrReqs, flags: FlagsOf(engine), kernel: Kernel);
    }

    /// <summary>Every engine: the laws are the same.</summary>
    public static TheoryData<EngineUnderTest> All =>
        [EngineUnderTest.Threads, EngineUnderTest.IoUring, EngineUnderTest.Simulated, EngineUnderTest.Deferred];

    public EmbeddedKernel Kernel { get; }

    public Harness Aio { get; }

    /// <summary>A file of this many bytes on tmpfs, open for reading and writing.</summary>
    public static int OpenTmpfs(int bytes)
    {
        var path = $"/dev/shm/aio2-{Guid.NewGuid():N}";
        var fd = Libc.Open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, 0x180);
        Assert.True(fd >= 0, "tests need a tmpfs at /dev/shm");
        File.WriteAllBytes(path, ScratchFile.Pattern(bytes));
        File.Delete(path);
        return fd;
    }

    public static EngineKind KindOf(EngineUnderTest engine) =>
        engine == EngineUnderTest.Deferred ? EngineKind.IoUring : Enum.Parse<EngineKind>(engine.ToString());

    public static uint FlagsOf(EngineUnderTest engine) => engine == EngineUnderTest.Deferred ? Aio2Setup.Defer : Aio2Setup.UserReap;

    public void Dispose()
    {
        Aio.Dispose();
        Kernel.Dispose();
    }
}
