using AioV2.Abi;

namespace AioV2.Kernel.Linux;

internal static unsafe partial class Libc
{
    public const short F_RDLCK = 0, F_WRLCK = 1, F_UNLCK = 2;

    private const int F_OFD_SETLKW = 38;

    /// <summary>Locks or unlocks a range for the open file description, and waits for it. Two descriptions exclude each
    /// other in one process as between processes; the end of a process gives its locks back.</summary>
    /// <param name="fd">Open for reading for <see cref="F_RDLCK"/>, for writing for <see cref="F_WRLCK"/>.</param>
    /// <param name="kind">One of the F_*LCK.</param>
    /// <param name="start">First byte.</param>
    /// <param name="bytes">Bytes, at least one.</param>
    public static int LockRange(int fd, short kind, long start, long bytes)
    {
        var range = new Flock { Kind = kind, Start = start, Bytes = bytes };
        int result;
        do
        {
            result = Fcntl(fd, F_OFD_SETLKW, (nint)(&range));
        }
        while (result == -Errno.EINTR);

        return result;
    }
}
