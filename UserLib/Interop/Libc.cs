using System.Runtime.InteropServices;

namespace AioV2.UserLib.Interop;

/// <summary>The few system calls that the library makes besides the nine: the eventfd, the ring's mapping, and what a file can do.</summary>
internal static unsafe partial class Libc
{
    internal const int EfdCloexec = 0x80000;
    internal const int EfdNonblock = 0x800;
    internal const short PollIn = 1;
    internal const int GetFlags = 3;
    internal const int AccessMode = 3;
    internal const int ReadOnly = 0;
    internal const int WriteOnly = 1;
    internal const int Append = 0x400;
    internal const int SeekCurrent = 1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int Eventfd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int fd, void* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int fd, void* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollFd* fds, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Fcntl(int fd, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "lseek64", SetLastError = true)]
    internal static partial long Lseek(int fd, long offset, int from);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    internal static partial int Munmap(void* address, nuint bytes);
}
