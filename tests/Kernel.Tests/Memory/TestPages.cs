using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Memory;

/// <summary>A run of pages of one's own: writable ones, followed by one that refuses what the test wants refused.</summary>
internal sealed unsafe class TestPages : IDisposable
{
    public const int Page = 4096;

    private readonly nuint bytes;
    private readonly int fd = -1;

    /// <summary>Anonymous private pages, all writable.</summary>
    public TestPages(int pages)
    {
        bytes = (nuint)(pages * Page);
        Start = Map(-1, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS);
    }

    private TestPages(int pages, void* address)
    {
        bytes = (nuint)(pages * Page);
        Start = Map(-1, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED_NOREPLACE, address);
        Assert.True(Start == address);
    }

    private TestPages(int pages, int filePages)
    {
        bytes = (nuint)(pages * Page);
        fd = Libc.MemfdCreate("test", Libc.MFD_CLOEXEC);
        Assert.True(fd >= 0);
        Assert.Equal(0, Libc.Ftruncate(fd, (long)bytes));
        Start = Map(fd, Libc.MAP_SHARED);
        Assert.Equal(0, Libc.Ftruncate(fd, filePages * Page));
    }

    /// <summary>A shared mapping of <paramref name="pages"/> whose file was then cut to <paramref name="filePages"/>:
    /// touching the rest raises SIGBUS.</summary>
    public static TestPages Truncated(int pages, int filePages) => new(pages, filePages);

    /// <summary>Writable pages with nothing mapped after them, in a part of the address space that the system gives out
    /// last: no other thread's mapping fills the hole meanwhile.</summary>
    public static TestPages Alone(int pages) => new(pages, (void*)0x1000_0000_0000);

    public byte* Start { get; }

    public ulong Address => (ulong)Start;

    public Span<byte> Span => new(Start, (int)bytes);

    /// <summary>Changes what may be done with the pages from <paramref name="page"/> on.</summary>
    public void Protect(int page, int protection) =>
        Assert.Equal(0, Libc.Mprotect(Start + (page * Page), bytes - (nuint)(page * Page), protection));

    public void Dispose()
    {
        Libc.Munmap(Start, bytes);
        if (fd >= 0)
        {
            Libc.Close(fd);
        }
    }

    private byte* Map(int file, int flags, void* wanted = null)
    {
        var address = Libc.Mmap(wanted, bytes, Libc.PROT_READ | Libc.PROT_WRITE, flags, file, 0);
        Assert.False(Libc.IsError(address));
        return (byte*)address;
    }
}
