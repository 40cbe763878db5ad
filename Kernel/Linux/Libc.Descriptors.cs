using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

internal static unsafe partial class Libc
{
    public const int F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_DUPFD_QUERY = 1027, F_DUPFD_CLOEXEC = 1030, F_ADD_SEALS = 1033, F_GET_SEALS = 1034;
    public const int F_SEAL_SEAL = 1, F_SEAL_SHRINK = 2, F_SEAL_GROW = 4, F_SEAL_WRITE = 8;
    public const int EFD_SEMAPHORE = 1, EFD_CLOEXEC = O_CLOEXEC, EFD_NONBLOCK = O_NONBLOCK;
    public const short POLLIN = 1, POLLPRI = 2, POLLOUT = 4, POLLERR = 8, POLLHUP = 16, POLLNVAL = 32;

    /// <summary>The open flags of a descriptor, or <c>-EBADF</c>.</summary>
    public static int FcntlGetFlags(int fd) => Result(fcntlFast(fd, F_GETFL, 0));

    /// <summary>The seals of a memory file, or <c>-EINVAL</c> where it can have none.</summary>
    public static int FcntlGetSeals(int fd) => Result(fcntlFast(fd, F_GET_SEALS, 0));

    /// <summary>A second reference to the open file, closed on exec, numbered <paramref name="lowest"/> or more.</summary>
    public static int Dup(int fd, int lowest = 0) => Result(fcntlFast(fd, F_DUPFD_CLOEXEC, lowest));

    /// <summary>Whether two descriptors are of one open file: 1 or 0; <c>-EINVAL</c> before Linux 6.10.</summary>
    public static int FcntlIsSame(int fd, int other) => Result(fcntlFast(fd, F_DUPFD_QUERY, other));

    public static int Fcntl(int fd, int command, nint argument) => Result(fcntl(fd, command, argument));

    public static int Eventfd(uint initial, int flags) => Result(eventfd(initial, flags));

    /// <summary>A pipe: element 0 reads, element 1 writes.</summary>
    public static int Pipe2(int* ends, int flags) => Result(pipe2(ends, flags));

    /// <summary>Waits in milliseconds; -1 waits for ever, 0 does not wait.</summary>
    public static int Poll(Pollfd* descriptors, nuint count, int milliseconds) =>
        Result(poll(descriptors, count, milliseconds));

    /// <summary>Waits with a signal mask; a null timeout waits for ever.</summary>
    public static int Ppoll(Pollfd* descriptors, nuint count, Timespec* timeout, ulong* signalMask) =>
        Result(ppoll(descriptors, count, timeout, signalMask));

    // POSIX variadic calls: the Linux conventions of x86-64 and arm64 pass these integers as if they were named.
    [LibraryImport(Name, EntryPoint = "fcntl"), SuppressGCTransition]
    private static partial int fcntlFast(int fd, int command, nint argument);

    [LibraryImport(Name)]
    private static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Name)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport(Name)]
    private static partial int pipe2(int* ends, int flags);

    // Not SuppressGCTransition: a file's own poll method may sleep even when the timeout is zero.
    [LibraryImport(Name)]
    private static partial int poll(Pollfd* descriptors, nuint count, int milliseconds);

    [LibraryImport(Name)]
    private static partial int ppoll(Pollfd* descriptors, nuint count, Timespec* timeout, ulong* signalMask);
}
