using System.Diagnostics;
using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Linux;

/// <summary>That the bindings return what the calls return, errors as <c>-errno</c>.</summary>
public unsafe class LibcTests
{
    [Fact]
    public void Errors_are_negative_errno_values()
    {
        byte value = 0;
        Assert.Equal(-Errno.EBADF, Libc.FcntlGetFlags(-1));
        Assert.Equal(-Errno.EBADF, Libc.Close(-1));
        Assert.Equal(-Errno.EBADF, Libc.Dup(-1));
        Assert.Equal(-Errno.EBADF, Libc.Pread(-1, &value, 1, 0));
        Assert.Equal(-Errno.ENOENT, Libc.Open("/no/such/file", Libc.O_RDONLY));
        Assert.Equal(-Errno.ENOTDIR, Libc.Open("/dev/null", Libc.O_RDONLY | Libc.O_DIRECTORY));
        Assert.Equal(-Errno.EINVAL, Libc.Mmap(null, 0, Libc.PROT_READ, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0));
        Assert.Equal(-Errno.EFAULT, Libc.IoUringSetup(1, null));
    }

    [Fact]
    public void Every_mapped_address_is_no_error_and_every_errno_is_one()
    {
        Assert.True(Libc.IsError(-1));
        Assert.True(Libc.IsError(-4095));
        Assert.False(Libc.IsError(-4096));
        Assert.False(Libc.IsError(nint.MaxValue));
    }

    [Fact]
    public void A_memory_file_is_written_scattered_and_described()
    {
        var fd = Libc.MemfdCreate("test", Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING);
        Assert.True(fd >= 0);
        try
        {
            var bytes = stackalloc byte[6] { 1, 2, 3, 4, 5, 6 };
            var vectors = stackalloc Iovec[2] { new() { Base = (ulong)bytes, Bytes = 2 }, new() { Base = (ulong)(bytes + 2), Bytes = 4 } };
            Assert.Equal(6, Libc.Pwritev2(fd, vectors, 2, 4096, 0));
            var back = stackalloc byte[6];
            Assert.Equal(6, Libc.Pread(fd, back, 6, 4096));
            Assert.Equal([1, 2, 3, 4, 5, 6], new Span<byte>(back, 6).ToArray());

            Assert.Equal(0, Libc.Statx(fd, Statx.BasicStats, out var stat));
            Assert.Equal((4102L, Statx.Regular), (stat.Size, (ushort)(stat.Mode & Statx.TypeMask)));
            Assert.Equal(Libc.GetEuid(), stat.Uid);
            Assert.Equal(0, Libc.Fstatfs(fd, out var system));
            Assert.Equal(Statfs.Tmpfs, system.Type);

            Assert.Equal(0, Libc.Fcntl(fd, Libc.F_ADD_SEALS, Libc.F_SEAL_SHRINK));
            Assert.Equal(Libc.F_SEAL_SHRINK, Libc.FcntlGetSeals(fd));
            Assert.Equal(-Errno.EPERM, Libc.Ftruncate(fd, 0));
            Assert.Equal(Libc.O_RDWR, Libc.FcntlGetFlags(fd) & Libc.O_ACCMODE);
            var copy = Libc.Dup(fd, 100);
            Assert.True(copy >= 100);
            Assert.Equal(0, Libc.Close(copy));
        }
        finally
        {
            Libc.Close(fd);
        }
    }

    [Fact]
    public void Poll_sees_what_an_eventfd_and_a_pipe_hold()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, Libc.Pipe2(ends, Libc.O_CLOEXEC));
        var events = Libc.Eventfd(3, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        var polled = stackalloc Pollfd[2] { new() { Fd = ends[0], Events = Libc.POLLIN }, new() { Fd = events, Events = Libc.POLLIN | Libc.POLLOUT } };
        Assert.Equal(1, Libc.Poll(polled, 2, 0));
        Assert.Equal((0, Libc.POLLIN | Libc.POLLOUT), (polled[0].Returned, polled[1].Returned));
        byte value = 1;
        Assert.Equal(1, Libc.Write(ends[1], &value, 1));
        var timeout = Timespec.FromNanoseconds(0);
        Assert.Equal(2, Libc.Ppoll(polled, 2, &timeout, null));
        ulong count;
        Assert.Equal(8, Libc.Read(events, &count, 8));
        Assert.Equal(3ul, count);
        Assert.Equal(-Errno.EAGAIN, Libc.Read(events, &count, 8));
        Libc.Close(ends[0]);
        Libc.Close(ends[1]);
        Libc.Close(events);
    }

    [Fact]
    public void Identities_are_those_of_this_process()
    {
        Assert.Equal(Environment.ProcessId, Libc.GetPid());
        Assert.True(Directory.Exists($"/proc/self/task/{Libc.GetTid()}"));
        var before = Libc.IoprioGet(0);
        Assert.True(before >= 0);
        const int BestEffortLowest = (2 << 13) | 7;
        Assert.Equal(0, Libc.IoprioSet(0, BestEffortLowest));
        Assert.Equal(BestEffortLowest, Libc.IoprioGet(0));
        Assert.Equal(0, Libc.IoprioSet(0, before));
    }

    [Fact]
    public void The_clock_is_the_runtimes_and_never_steps_back()
    {
        Assert.Equal(1_000_000_000, Stopwatch.Frequency);
        var last = 0L;
        for (var i = 0; i < 1000; i++)
        {
            var between = Stopwatch.GetTimestamp();
            var now = MonotonicClock.Now;
            Assert.InRange(between, last, now);
            last = now;
        }
    }
}
