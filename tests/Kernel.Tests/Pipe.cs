using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests;

/// <summary>A pipe: what a read waits on until the test lets it go.</summary>
internal sealed unsafe class Pipe : IDisposable
{
    private int _read, _write;

    public Pipe()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, Libc.Pipe2(ends, Libc.O_CLOEXEC));
        (_read, _write) = (ends[0], ends[1]);
    }

    public int ReadEnd => _read;

    public int WriteEnd => _write;

    public void Put(int bytes = 1)
    {
        var data = stackalloc byte[bytes];
        new Span<byte>(data, bytes).Fill(0x5a);
        Assert.Equal(bytes, Libc.Write(_write, data, (nuint)bytes));
    }

    public void CloseRead() => Close(ref _read);

    public void CloseWrite() => Close(ref _write);

    public void Dispose()
    {
        CloseRead();
        CloseWrite();
    }

    private static void Close(ref int fd)
    {
        if (fd >= 0)
        {
            Assert.Equal(0, Libc.Close(fd));
            fd = -1;
        }
    }
}
