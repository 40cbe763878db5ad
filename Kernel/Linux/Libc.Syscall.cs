using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

internal static unsafe partial class Libc
{
    private const int SysIoUringSetup = 425, SysIoUringEnter = 426, SysIoUringRegister = 427, SysCachestat = 451;

    private static int SysFutex => IsArm64 ? 98 : 202;

    /// <summary>Any system call by its number; may block.</summary>
    public static nint Syscall(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        Result(syscall(number, a, b, c, d, e, f));

    public static int IoUringSetup(uint entries, void* parameters) =>
        (int)Syscall(SysIoUringSetup, (nint)entries, (nint)parameters);

    public static int IoUringEnter(int fd, uint toSubmit, uint minComplete, uint flags, void* argument, nuint argumentBytes) =>
        (int)Syscall(SysIoUringEnter, fd, (nint)toSubmit, (nint)minComplete, (nint)flags, (nint)argument, (nint)argumentBytes);

    public static int IoUringRegister(int fd, uint operation, void* argument, uint count) =>
        (int)Syscall(SysIoUringRegister, fd, (nint)operation, (nint)argument, (nint)count);

    /// <summary>Scattered read of what is at hand (RWF_NOWAIT); no file position. The library's own preadv2 can be cancelled by
    /// pthread_cancel, and to allow and forbid that takes some 5 % of a cached read.</summary>
    public static nint PreadAtHand(int fd, Iovec* vectors, int count, long offset, int flags) =>
        Syscall(IsArm64 ? 286 : 327, fd, (nint)vectors, count, (nint)offset, 0, flags | RWF_NOWAIT);

    /// <summary>Page-cache state of a range (Linux 6.5), <c>-ENOSYS</c> before.</summary>
    public static int Cachestat(int fd, CachestatRange* range, Cachestat* stat) =>
        (int)Syscall(SysCachestat, fd, (nint)range, (nint)stat);

    /// <summary>The raw futex call; <see cref="Futex"/> is the one to use for waiting.</summary>
    public static int Futex(uint* word, int operation, uint value, void* timeoutOrCount, uint* word2, uint value3) =>
        (int)Syscall(SysFutex, (nint)word, operation, (nint)value, (nint)timeoutOrCount, (nint)word2, (nint)value3);

    /// <summary>io_setup(2) of the system's first AIO.</summary>
    public static int AioSetup(uint events, nint* context) => (int)Syscall(IsArm64 ? 0 : 206, (nint)events, (nint)context);

    /// <summary>io_destroy(2) of the same; waits for what is in flight.</summary>
    public static int AioDestroy(nint context) => (int)Syscall(IsArm64 ? 1 : 207, context);

    /// <summary>io_submit(2) of the same: how many were taken.</summary>
    public static int AioSubmit(nint context, nint count, void* iocbs) => (int)Syscall(IsArm64 ? 2 : 209, context, count, (nint)iocbs);

    [LibraryImport(Name)]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);
}
