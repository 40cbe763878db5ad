using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>The context's eventfd (SETUP-9, RING-10).</summary>
public sealed unsafe class EventFdTests : IDisposable
{
    private readonly int _fd = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);

    public static TheoryData<uint> Kinds => Harness.Kinds;

    public void Dispose() => Libc.Close(_fd);

    [Theory, MemberData(nameof(Kinds)), Requirement("RING-10")]
    public void A_pass_signals_once_and_a_drain_does_not(uint kind)
    {
        using var aio = Harness.Context(flags: kind | Aio2Setup.Eventfd, eventFd: _fd);
        aio.Submit(Harness.Nop(1), Harness.Nop(2), Harness.Nop(3));
        Assert.Equal(1ul, Take());

        aio.Reap(3);
        Assert.Equal(0ul, Take());
    }

    [Fact, Requirement("RING-10")]
    public void EVENTFD_OFF_suppresses_the_signal()
    {
        using var aio = Harness.Context(flags: Aio2Setup.UserReap | Aio2Setup.Eventfd, eventFd: _fd);
        Volatile.Write(ref aio.User->UserFlags, Aio2User.EventfdOff);
        aio.Submit(Harness.Nop(1));
        Assert.Equal(0ul, Take());

        Volatile.Write(ref aio.User->UserFlags, 0u);
        aio.Submit(Harness.Nop(2));
        Assert.Equal(1ul, Take());
    }

    [Fact, Requirement("RING-10")]
    public void A_full_counter_blocks_nobody()
    {
        using var aio = Harness.Context(flags: Aio2Setup.UserReap | Aio2Setup.Eventfd, eventFd: _fd);
        var full = ulong.MaxValue - 1;
        Assert.Equal(8, Libc.Write(_fd, &full, 8));

        aio.Submit(Harness.Nop(1));

        Assert.Equal(1ul, aio.ReapOne().UserData);
        Assert.Equal(full, Take());
    }

    [Fact, Requirement("SETUP-9")]
    public void The_context_keeps_its_own_reference()
    {
        var another = Libc.Dup(_fd);
        using var aio = Harness.Context(flags: Aio2Setup.Eventfd, eventFd: another);
        Assert.Equal(0, Libc.Close(another));

        aio.Submit(Harness.Nop(1));

        Assert.Equal(1ul, Take());
    }

    [Fact, Requirement("SETUP-9")]
    public void Only_an_eventfd_will_do()
    {
        using var kernel = Harness.NewKernel();
        using var pipe = new Pipe();
        long Setup(int fd)
        {
            var parameters = new Aio2Params { Eventfd = fd };
            return kernel.Setup(Aio2.Version, Aio2Setup.Eventfd, &parameters, 96);
        }

        Assert.Equal(-Errno.EINVAL, Setup(pipe.ReadEnd));
        Assert.Equal(-Errno.EBADF, Setup(-1));
        Assert.Equal(-Errno.EBADF, Setup(1 << 20));
    }

    private ulong Take()
    {
        ulong count = 0;
        return Libc.Read(_fd, &count, 8) == 8 ? count : 0;
    }
}
