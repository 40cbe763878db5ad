using System.Text;
using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>Which engine is taken, and what io_probe2 says about it.</summary>
public sealed unsafe class EngineChoiceTests
{
    private const uint SetupCall = 425, EnterCall = 426, RegisterCall = 427;

    [Fact, Requirement("PROBE-1")]
    public void All_three_engines_run_here()
    {
        foreach (var (kind, name) in new[] { (EngineKind.Threads, "threads"), (EngineKind.IoUring, "io_uring"), (EngineKind.Simulated, "simulated") })
        {
            using var bench = new EngineBench(kind);
            using var pipe = new Pipe();
            pipe.Put(4);
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(pipe.ReadEnd, bench.Aio.Memory(8), 8, -1)));
            Assert.Equal(4, bench.Aio.ReapOne().Res);
            var engines = Probe(bench.Kernel);
            Assert.Equal(3, engines.Count);
            Assert.All(engines, e => Assert.True(e.Usable, $"{e.Name} cannot be used: {e.Why}"));
            Assert.Equal(name, Assert.Single(engines, e => e.Chosen).Name);
            Assert.Equal(name, bench.Kernel.EngineName);
        }
    }

    [Fact, Requirement("PROBE-1")]
    public void Auto_takes_io_uring_where_it_works()
    {
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.Auto });
        Assert.Equal("io_uring", kernel.EngineName);
    }

    [Theory, Requirement("PROBE-1")]
    [InlineData(SetupCall, Errno.EPERM, "io_uring_setup: EPERM")]
    [InlineData(SetupCall, Errno.ENOSYS, "io_uring_setup: ENOSYS")]
    [InlineData(SetupCall, Errno.ENOMEM, "io_uring_setup: ENOMEM")]
    [InlineData(EnterCall, Errno.EPERM, "io_uring_enter: EPERM")]
    [InlineData(RegisterCall, Errno.EACCES, "io_uring_register: EACCES")]
    public void Auto_takes_threads_where_io_uring_is_refused_and_says_why(uint call, int errno, string why) =>
        SystemCallFilter.Run(call, errno, () =>
        {
            using var bench = new EngineBench(EngineKind.Auto);
            Assert.Equal("threads", bench.Kernel.EngineName);
            var uring = Assert.Single(Probe(bench.Kernel), e => e.Name == "io_uring");
            Assert.False(uring.Usable);
            Assert.StartsWith(why, uring.Why);

            // It is no empty choice.
            using var file = new ScratchFile(content: new byte[10]);
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Write(file.Fd, bench.Aio.Memory(64), 64, 0)));
            Assert.Equal(64, bench.Aio.ReapOne().Res);

            var refused = Assert.Throws<NotSupportedException>(() => EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.IoUring }));
            Assert.Contains(why, refused.Message);
        });

    [Theory]
    [InlineData(SetupCall, Errno.EPERM)]
    [InlineData(EnterCall, Errno.EPERM)]
    public void A_refused_io_uring_leaves_no_descriptor_behind(uint call, int errno) => SystemCallFilter.Run(call, errno, () =>
    {
        var links = Rings();
        for (var i = 0; i < 10; i++)
        {
            using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.Auto });
        }

        // Other tests may hold rings of their own meanwhile; ten would not come and stay.
        Assert.InRange(Rings() - links, int.MinValue, 9);
    });

    private static int Rings() => Directory.GetFiles("/proc/self/fd").Count(IsRing);

    private static bool IsRing(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget?.Contains("[io_uring]", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static List<(string Name, bool Usable, bool Chosen, string Why)> Probe(EmbeddedKernel kernel)
    {
        var answers = stackalloc Aio2ProbeEngine[8];
        var bytes = kernel.Probe(Aio2Probe.Engines, answers, 8 * Aio2ProbeEngine.SizeOf);
        var list = new List<(string, bool, bool, string)>();
        for (var i = 0; i < bytes / Aio2ProbeEngine.SizeOf; i++)
        {
            list.Add((Text(answers[i].Name, 16), answers[i].Usable != 0, answers[i].Chosen != 0, Text(answers[i].Why, 64)));
        }

        return list;
    }

    private static string Text(byte* field, int bytes) => Encoding.ASCII.GetString(field, new ReadOnlySpan<byte>(field, bytes).IndexOf((byte)0));
}
