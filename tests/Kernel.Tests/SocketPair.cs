using System.Runtime.InteropServices;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests;

/// <summary>Two connected stream sockets.</summary>
internal sealed unsafe class SocketPair : IDisposable
{
    private int _a, _b;

    public SocketPair()
    {
        const int AF_UNIX = 1, SOCK_STREAM = 1;
        var ends = stackalloc int[2];
        var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 199 : 53;
        Assert.Equal(0, (int)Libc.Syscall(number, AF_UNIX, SOCK_STREAM | Libc.O_CLOEXEC, 0, (nint)ends));
        (_a, _b) = (ends[0], ends[1]);
    }

    public int A => _a;

    public int B => _b;

    /// <summary>A byte from B to A.</summary>
    public void Send()
    {
        byte data = 0x5a;
        Assert.Equal(1, Libc.Write(_b, &data, 1));
    }

    public void CloseB() => Close(ref _b);

    public void Dispose()
    {
        Close(ref _a);
        Close(ref _b);
    }

    private static void Close(ref int fd)
    {
        if (fd >= 0)
        {
            _ = Libc.Close(fd);
            fd = -1;
        }
    }
}
