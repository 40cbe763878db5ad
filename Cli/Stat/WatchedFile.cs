using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Cli.Posix;

namespace AioV2.Cli.Stat;

/// <summary>A regular file that is open for sampling: without readahead, and where possible without a new access time.</summary>
internal sealed class WatchedFile : IDisposable
{
    private readonly PosixPath _path;

    private WatchedFile(string name, PosixPath path, int fd)
    {
        Name = name;
        _path = path;
        Fd = fd;
    }

    /// <summary>As the user has named it.</summary>
    internal string Name { get; }

    internal int Fd { get; }

    /// <summary>Bytes, as of now.</summary>
    internal long Size => (long)Files.Status(Fd, _path).Size;

    /// <summary>Opens a file.</summary>
    /// <exception cref="CliException">It cannot be opened, or is no regular file.</exception>
    internal static WatchedFile Open(string name)
    {
        var path = PosixPath.Of(name);

        // Only the owner may keep the access time as it is. Never waits, not even for a FIFO.
        const int Flags = Libc.OpenReadOnly | Libc.OpenNonblock | Libc.OpenCloexec;
        var fd = Libc.Open(path.Native, Flags | Libc.OpenNoatime, 0);
        if (fd < 0 && Marshal.GetLastPInvokeError() == Errno.EPERM)
        {
            fd = Libc.Open(path.Native, Flags, 0);
        }

        if (fd < 0)
        {
            fd = Files.OpenForRead(path, follow: true);
        }

        var file = new WatchedFile(name, path, fd);
        if (!Files.Status(fd, path).IsFile)
        {
            file.Dispose();
            throw new CliException($"{name} is not a regular file: only those have pages in the cache to ask for");
        }

        _ = Libc.Fcntl(fd, Libc.SetFlags, Libc.OpenReadOnly);
        _ = Libc.Advise(fd, 0, 0, Libc.AdviceRandom);
        return file;
    }

    /// <summary>Drops pages that a sample has brought into the cache. It is advice: what is dirty, mapped or shared stays.</summary>
    internal void Forget(long offset, long bytes) => _ = Libc.Advise(Fd, offset, bytes, Libc.AdviceDontneed);

    public void Dispose() => Files.CloseQuietly(Fd);
}
