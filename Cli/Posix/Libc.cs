using System.Runtime.InteropServices;

namespace AioV2.Cli.Posix;

/// <summary>The system calls of file copying that are not I/O; each is wrapped by <see cref="Files"/>.</summary>
internal static unsafe partial class Libc
{
    internal const int OpenReadOnly = 0;
    internal const int OpenWriteOnly = 1;
    internal const int OpenCreate = 0x40;
    internal const int OpenExclusive = 0x80;
    internal const int OpenNonblock = 0x800;
    internal const int OpenCloexec = 0x80000;

    // These two have other numbers on Arm; the runtime knows on which it is.
    internal static int OpenDirectory => IsArm ? 0x4000 : 0x10000;

    internal static int OpenNofollow => IsArm ? 0x8000 : 0x20000;

    internal const int AtCwd = -100;
    internal const int AtSymlinkNofollow = 0x100;
    internal const int AtEmptyPath = 0x1000;
    internal const int SeekSet = 0;
    internal const int SeekData = 3;
    internal const int SeekHole = 4;
    internal const uint StatxBasic = 0x7ff;
    internal const int WriteAccess = 2;

    /// <summary>What a terminal sends for Ctrl-C.</summary>
    internal const int SigInt = 2;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    internal static partial int Statx(int directory, byte[] path, int flags, uint mask, FileStatus* status);

    [LibraryImport("libc", EntryPoint = "open64", SetLastError = true)]
    internal static partial int Open(byte[] path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "lseek64", SetLastError = true)]
    internal static partial long Seek(int fd, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "ftruncate64", SetLastError = true)]
    internal static partial int Truncate(int fd, long bytes);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Fsync(int fd);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int Chmod(int fd, uint mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    internal static partial int Chown(int fd, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true)]
    internal static partial int ChownAt(int directory, byte[] path, uint user, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    internal static partial int SetTimes(int fd, Timespec* times);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true)]
    internal static partial int SetTimesAt(int directory, byte[] path, Timespec* times, int flags);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true)]
    internal static partial int MakeDirectory(byte[] path, uint mode);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true)]
    internal static partial int RemoveDirectory(byte[] path);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true)]
    internal static partial int Unlink(byte[] path);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true)]
    internal static partial int Rename(byte[] from, byte[] to);

    [LibraryImport("libc", EntryPoint = "symlink", SetLastError = true)]
    internal static partial int MakeLink(byte[] content, byte[] path);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true)]
    internal static partial nint ReadLink(byte[] path, byte* content, nuint bytes);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true)]
    internal static partial int Access(byte[] path, int mode);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true)]
    internal static partial byte* RealPath(byte[] path, byte* resolved);

    [LibraryImport("libc", EntryPoint = "free")]
    internal static partial void Free(void* memory);

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true)]
    internal static partial nint OpenDir(byte[] path);

    [LibraryImport("libc", EntryPoint = "readdir64", SetLastError = true)]
    internal static partial byte* ReadDir(nint directory);

    [LibraryImport("libc", EntryPoint = "closedir", SetLastError = true)]
    internal static partial int CloseDir(nint directory);
}
