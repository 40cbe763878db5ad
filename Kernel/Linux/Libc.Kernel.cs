using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

internal static unsafe partial class Libc
{
    public const uint EPOLLIN = 1, EPOLLPRI = 2, EPOLLOUT = 4, EPOLLERR = 8, EPOLLHUP = 16, EPOLLONESHOT = 1u << 30;
    public const int EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3;

    private const int W_OK = 2, AT_EACCESS = 0x200;

    /// <summary>Whether the caller may write the file behind a descriptor, by its permissions and not by how it was opened.</summary>
    public static bool MayWrite(int fd)
    {
        byte empty = 0;
        return Syscall(439, fd, (nint)(&empty), W_OK, AT_EACCESS | AT_EMPTY_PATH) == 0;
    }

    /// <summary>Where a link of /proc/self/fd points: bytes written, or <c>-errno</c>.</summary>
    public static int ReadLink(string path, byte* buffer, nuint bytes) => (int)Result(readlink(path, buffer, bytes));

    public static int EpollCreate() => Result(epoll_create1(O_CLOEXEC));

    public static int EpollCtl(int epoll, int operation, int fd, EpollEvent* wanted) => Result(epoll_ctl(epoll, operation, fd, wanted));

    public static int EpollWait(int epoll, EpollEvent* events, int count, int milliseconds) =>
        Result(epoll_wait(epoll, events, count, milliseconds));

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint readlink(string path, byte* buffer, nuint bytes);

    [LibraryImport(Name)]
    private static partial int epoll_create1(int flags);

    [LibraryImport(Name)]
    private static partial int epoll_ctl(int epoll, int operation, int fd, EpollEvent* wanted);

    [LibraryImport(Name)]
    private static partial int epoll_wait(int epoll, EpollEvent* events, int count, int milliseconds);
}
