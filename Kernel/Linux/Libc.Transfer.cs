using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

internal static unsafe partial class Libc
{
    public const int RWF_HIPRI = 1, RWF_DSYNC = 2, RWF_SYNC = 4, RWF_NOWAIT = 8, RWF_APPEND = 16;

    public static nint Read(int fd, void* buffer, nuint bytes) => Result(read(fd, buffer, bytes));

    public static nint Write(int fd, void* buffer, nuint bytes) => Result(write(fd, buffer, bytes));

    /// <summary>By its number, as <see cref="PreadAtHand"/> and for the same reason.</summary>
    public static nint Pread(int fd, void* buffer, nuint bytes, long offset) =>
        Syscall(IsArm64 ? 67 : 17, fd, (nint)buffer, (nint)bytes, (nint)offset);

    public static nint Pwrite(int fd, void* buffer, nuint bytes, long offset) => Result(pwrite(fd, buffer, bytes, offset));

    /// <summary>Scattered read; offset -1 uses and moves the file position. The array must be the kernel's own copy.</summary>
    public static nint Preadv2(int fd, Iovec* vectors, int count, long offset, int flags) =>
        Result(preadv2(fd, vectors, count, offset, flags));

    /// <summary>Gathered write; offset -1 uses and moves the file position. The array must be the kernel's own copy.</summary>
    public static nint Pwritev2(int fd, Iovec* vectors, int count, long offset, int flags) =>
        Result(pwritev2(fd, vectors, count, offset, flags));

    [LibraryImport(Name)]
    private static partial nint read(int fd, void* buffer, nuint bytes);

    [LibraryImport(Name)]
    private static partial nint write(int fd, void* buffer, nuint bytes);

    [LibraryImport(Name, EntryPoint = "pwrite64")]
    private static partial nint pwrite(int fd, void* buffer, nuint bytes, long offset);

    [LibraryImport(Name)]
    private static partial nint preadv2(int fd, Iovec* vectors, int count, long offset, int flags);

    [LibraryImport(Name)]
    private static partial nint pwritev2(int fd, Iovec* vectors, int count, long offset, int flags);
}
