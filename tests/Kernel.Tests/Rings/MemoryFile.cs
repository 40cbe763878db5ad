using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests;

/// <summary>A memfd, sealed as the test wants it.</summary>
internal sealed unsafe class MemoryFile : IDisposable
{
    public const int HugePage = 2 << 20;

    private readonly string _name = $"ring-{Guid.NewGuid():N}";

    public MemoryFile(long bytes, int seals = Libc.F_SEAL_SHRINK, uint flags = 0)
    {
        Fd = Libc.MemfdCreate(_name, Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING | flags);
        Assert.True(Fd >= 0, $"memfd_create said {Fd}");
        Bytes = bytes;
        Assert.Equal(0, Libc.Ftruncate(Fd, bytes));
        Assert.Equal(0, seals == 0 ? 0 : Libc.Fcntl(Fd, Libc.F_ADD_SEALS, seals));
    }

    public int Fd { get; private set; }

    public long Bytes { get; }

    /// <summary>A shared view of all of it, the caller's to unmap.</summary>
    public byte* Map(int protection = Libc.PROT_READ | Libc.PROT_WRITE)
    {
        var at = Libc.Mmap(null, (nuint)Bytes, protection, Libc.MAP_SHARED, Fd, 0);
        Assert.False(Libc.IsError(at));
        return (byte*)at;
    }

    /// <summary>Descriptors of this process that are open on this file.</summary>
    public int References() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Count(link => new FileInfo(link).LinkTarget?.Contains(_name, StringComparison.Ordinal) == true);

    public void Close()
    {
        _ = Libc.Close(Fd);
        Fd = -1;
    }

    public void Dispose()
    {
        if (Fd >= 0)
        {
            Close();
        }
    }
}
