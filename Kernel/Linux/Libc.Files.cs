using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

internal static unsafe partial class Libc
{
    public const int AT_FDCWD = -100, AT_EMPTY_PATH = 0x1000, AT_SYMLINK_NOFOLLOW = 0x100;
    public const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_ACCMODE = 3, O_CREAT = 0x40, O_EXCL = 0x80, O_TRUNC = 0x200,
        O_APPEND = 0x400, O_NONBLOCK = 0x800, O_DSYNC = 0x1000, O_CLOEXEC = 0x80000, O_PATH = 0x200000;

    /// <summary>The open flags that have other values on arm64.</summary>
    public static int O_DIRECT => IsArm64 ? 0x10000 : 0x4000;

    /// <inheritdoc cref="O_DIRECT"/>
    public static int O_DIRECTORY => IsArm64 ? 0x4000 : 0x10000;

    /// <inheritdoc cref="O_DIRECT"/>
    public static int O_NOFOLLOW => IsArm64 ? 0x8000 : 0x20000;

    /// <inheritdoc cref="O_DIRECT"/>
    public static int O_TMPFILE => 0x400000 | O_DIRECTORY;

    public const int FALLOC_FL_KEEP_SIZE = 1, FALLOC_FL_PUNCH_HOLE = 2;

    public static int Open(string path, int flags, uint mode = 0) => Result(open(path, flags, mode));

    public static int OpenAt(int directory, string path, int flags, uint mode = 0) => Result(openat(directory, path, flags, mode));

    public static int Close(int fd) => Result(close(fd));

    public static int Fallocate(int fd, int mode, long offset, long bytes) => Result(fallocate(fd, mode, offset, bytes));

    public static int Ftruncate(int fd, long bytes) => Result(ftruncate(fd, bytes));

    /// <summary>What the descriptor is. statx, since its layout is the same on every architecture.</summary>
    public static int Statx(int fd, uint mask, out Statx stat)
    {
        byte empty = 0;
        fixed (Statx* p = &stat)
        {
            return Result(statx(fd, &empty, AT_EMPTY_PATH, mask, p));
        }
    }

    public static int Fstatfs(int fd, out Statfs stat)
    {
        fixed (Statfs* p = &stat)
        {
            return Result(fstatfs(fd, p));
        }
    }

    public static int Fsync(int fd) => Result(fsync(fd));

    /// <summary>posix_fadvise as the system call has it: 0 or <c>-errno</c>.</summary>
    public static int Fadvise(int fd, long offset, long bytes, int advice) => -posix_fadvise(fd, offset, bytes, advice);

    public static int Fchmod(int fd, uint mode) => Result(fchmod(fd, mode));

    public static int Fdatasync(int fd) => Result(fdatasync(fd));

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(int directory, string path, int flags, uint mode);

    [LibraryImport(Name)]
    private static partial int close(int fd);

    [LibraryImport(Name)]
    private static partial int fallocate(int fd, int mode, long offset, long bytes);

    [LibraryImport(Name)]
    private static partial int ftruncate(int fd, long bytes);

    [LibraryImport(Name)]
    private static partial int statx(int directory, byte* path, int flags, uint mask, Statx* stat);

    [LibraryImport(Name)]
    private static partial int fstatfs(int fd, Statfs* stat);

    [LibraryImport(Name)]
    private static partial int fsync(int fd);

    [LibraryImport(Name)]
    private static partial int fdatasync(int fd);

    [LibraryImport(Name)]
    private static partial int fchmod(int fd, uint mode);

    [LibraryImport(Name, EntryPoint = "posix_fadvise64")]
    private static partial int posix_fadvise(int fd, long offset, long bytes, int advice);
}
