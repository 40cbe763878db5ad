using System.Runtime.InteropServices;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests;

/// <summary>Something that can be polled for input: a pipe, a socket, an eventfd, a timerfd.</summary>
internal abstract unsafe class Source : IDisposable
{
    public abstract int Fd { get; }

    public static List<Source> All() => [new OfPipe(), new OfSocket(), new OfEventfd(), new OfTimer()];

    public abstract void MakeReady();

    /// <summary>Takes what makes it ready.</summary>
    public virtual void Drain()
    {
        ulong data;
        Assert.True(Libc.Read(Fd, &data, sizeof(ulong)) > 0);
    }

    public abstract void Dispose();

    private sealed class OfPipe : Source
    {
        private readonly Pipe _pipe = new();

        public override int Fd => _pipe.ReadEnd;

        public override void MakeReady() => _pipe.Put();

        public override void Dispose() => _pipe.Dispose();
    }

    private sealed class OfSocket : Source
    {
        private readonly SocketPair _sockets = new();

        public override int Fd => _sockets.A;

        public override void MakeReady() => _sockets.Send();

        public override void Dispose() => _sockets.Dispose();
    }

    private sealed class OfEventfd : Source
    {
        public override int Fd { get; } = Make();

        public override void MakeReady()
        {
            ulong one = 1;
            Assert.Equal(sizeof(ulong), Libc.Write(Fd, &one, sizeof(ulong)));
        }

        public override void Dispose() => _ = Libc.Close(Fd);

        private static int Make()
        {
            var fd = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
            Assert.True(fd >= 0);
            return fd;
        }
    }

    private sealed class OfTimer : Source
    {
        private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

        public override int Fd { get; } = (int)Libc.Syscall(IsArm ? 85 : 283, Libc.CLOCK_MONOTONIC, Libc.O_CLOEXEC);

        // One tick, a nanosecond from now: ready by the time that poll says so.
        public override void MakeReady()
        {
            var when = stackalloc long[4] { 0, 0, 0, 1 };
            Assert.Equal(0, (int)Libc.Syscall(IsArm ? 86 : 286, Fd, 0, (nint)when, 0));
            var ready = new Pollfd { Fd = Fd, Events = Libc.POLLIN };
            Assert.Equal(1, Libc.Poll(&ready, 1, 20_000));
        }

        public override void Dispose() => _ = Libc.Close(Fd);
    }
}
