using AioV2.Abi;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>The context's eventfd (SETUP-9, RING-10).</summary>
public sealed unsafe class EventFdTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(Harness.Patience);

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

        // The end of the counter, where the kernel's own signals take it (eventfd(2)); a write could not have gone there.
        Assert.True(EventFdPost.IsOffered, "tests need the system's first AIO (CONFIG_AIO)");
        Assert.Equal(ulong.MaxValue, Take());
    }

    /// <summary>Found by a soak: the user filled the counter between the kernel's poll and its write, which then waited inside
    /// io_submit2 for as long as nobody read.</summary>
    [Fact, Requirement("RING-10")]
    public void A_counter_that_is_filled_while_it_is_signalled_holds_nobody_up()
    {
        const int Rounds = 5000;
        var counter = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        using var aio = Harness.Context(flags: Aio2Setup.Eventfd, eventFd: counter);
        int begun = 0, filled = 0, signalled = 0;
        var filler = new Thread(() =>
        {
            // Its own write may wait, as a user's does; what the test reads after each round frees it.
            var full = ulong.MaxValue - 1;
            var dice = new Random(1);
            for (var i = 1; i <= Rounds && Await(ref begun, i); Volatile.Write(ref filled, i++))
            {
                Thread.SpinWait(dice.Next(1000));
                _ = Libc.Write(counter, &full, 8);
            }
        });
        var caller = new Thread(() =>
        {
            for (var i = 1; i <= Rounds && Await(ref begun, i); Volatile.Write(ref signalled, i++))
            {
                aio.Submit(Harness.Nop((ulong)i));
            }
        });
        filler.Start();
        caller.Start();
        var rounds = 0;
        var goesOn = true;
        while (rounds < Rounds && goesOn)
        {
            Volatile.Write(ref begun, ++rounds);

            // Nothing is read meanwhile: a signal that waits for room does not come out.
            goesOn = Await(ref signalled, rounds);
            while (Volatile.Read(ref filled) < rounds || Volatile.Read(ref signalled) < rounds)
            {
                _ = TakeFrom(counter);
            }

            aio.Reap(1);
            _ = TakeFrom(counter);
        }

        Volatile.Write(ref begun, int.MaxValue);
        while (!filler.Join(1) || !caller.Join(1))
        {
            _ = TakeFrom(counter);
        }

        Assert.True(goesOn, $"in round {rounds} the signal waited for the counter to be read");
        _ = Libc.Close(counter);
    }

    private static bool Await(ref int word, int value)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        for (var spin = new SpinWait(); Volatile.Read(ref word) < value; spin.SpinOnce(sleep1Threshold: -1))
        {
            if (Environment.TickCount64 > deadline)
            {
                return false;
            }
        }

        return true;
    }

    private static ulong TakeFrom(int fd)
    {
        var ready = new Pollfd { Fd = fd, Events = Libc.POLLIN };
        ulong count = 0;
        return Libc.Poll(&ready, 1, 0) == 1 && Libc.Read(fd, &count, 8) == 8 ? count : 0;
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
