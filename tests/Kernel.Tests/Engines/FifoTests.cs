using System.Runtime.InteropServices;
using System.Text;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>A FIFO that was opened by name takes no RWF_NOWAIT: several readers must not be sent into a call that one can end.</summary>
public sealed unsafe class FifoTests
{
    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    [Theory, MemberData(nameof(Engines)), Requirement("CANCEL-1", "DESTROY-1")]
    public void Readers_of_a_named_fifo_that_find_nothing_stay_cancellable(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine, nrReqs: 128);
        var aio = bench.Aio;
        var data = aio.Memory(64);
        var fd = Open();
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0ul; i < 3; i++)
            {
                Assert.Equal(30 * Iocb2.SizeOf, aio.Submit([.. Enumerable.Range(0, 30).Select(_ => Harness.Read(fd, data, 2, -1, i))]));
            }

            for (var i = 0; i < 20; i++)
            {
                ushort number = 7;
                Assert.Equal(2, Libc.Write(fd, &number, 2));
            }

            Assert.All(aio.Reap(20), e => Assert.Equal(2, e.Res));
            Assert.Equal(70, aio.Kernel.Cancel(aio.Ctx, (ulong)fd, Aio2Cancel.Fd | Aio2Cancel.All));
            Assert.All(aio.Reap(70), e => Assert.Equal(-Errno.ECANCELED, e.Res));
        }

        // And a last one is ended by destroy.
        aio.Submit(Harness.Read(fd, data, 2, -1, 1));
        Assert.Equal(0, aio.Destroy());
        _ = Libc.Close(fd);
    }

    private static int Open()
    {
        const int S_IFIFO = 0x1000, AT_FDCWD = -100;
        var path = Path.Combine(AppContext.BaseDirectory, $"fifo-{Guid.NewGuid():N}");
        fixed (byte* p = Encoding.UTF8.GetBytes(path + "\0"))
        {
            var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 33 : 259;
            Assert.Equal(0, (int)Libc.Syscall(number, AT_FDCWD, (nint)p, S_IFIFO | 0x180, 0));
        }

        var fd = Libc.Open(path, Libc.O_RDWR | Libc.O_CLOEXEC);
        File.Delete(path);
        Assert.True(fd >= 0);
        return fd;
    }
}
