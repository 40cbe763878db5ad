using System.Runtime.InteropServices;

namespace AioV2.Cli.Soak;

/// <summary>The system calls that a soak attacks memory and descriptors with. Results are the C library's.</summary>
internal static unsafe partial class Linux
{
    public const int ProtNone = 0, ProtRead = 1, ProtWrite = 2;
    public const int MapShared = 1, MapPrivate = 2, MapFixed = 0x10, MapAnonymous = 0x20, MapNoReserve = 0x4000;
    public const int MremapMayMove = 1, MremapFixed = 2, MremapDontUnmap = 4;
    public const int OpenReadWrite = 2, OpenCloexec = 0x80000;
    public const int AddSeals = 1033, DupAbove = 1030, SealShrink = 2;
    public const uint MemfdCloexec = 1, MemfdSealing = 2;
    public const short PollIn = 1, PollOut = 4;
    public const int RwfNowait = 8;
    public const int PrSetDeathSignal = 1, SigKill = 9;
    public const int UnixFamily = 1, SocketStream = 1;

    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public void* Base;
        public nuint Bytes;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    /// <summary>A mapping, or an exception: the soak's own set-up.</summary>
    public static byte* Map(void* at, nuint bytes, int protection, int flags, int fd = -1, long offset = 0)
    {
        var result = mmap(at, bytes, protection, flags, fd, offset);
        return result == -1 ? throw new CliException($"the soak cannot map {bytes} bytes: errno {Marshal.GetLastSystemError()}") : (byte*)result;
    }

    /// <summary>A descriptor, or an exception: the soak's own set-up.</summary>
    public static int Require(int fd) =>
        fd >= 0 ? fd : throw new CliException($"the soak cannot make its descriptors: errno {Marshal.GetLastSystemError()}");

    [LibraryImport("libc")]
    private static partial nint mmap(void* address, nuint bytes, int protection, int flags, int fd, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Unmap(void* address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    public static partial int Protect(void* address, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "mremap")]
    public static partial nint Remap(void* address, nuint oldBytes, nuint newBytes, int flags, void* target);

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Memfd(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "open64", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "ftruncate64")]
    public static partial int Truncate(int fd, long bytes);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    public static partial int Fcntl(int fd, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "dup3")]
    public static partial int Dup3(int from, int to, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "pipe2")]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    public static partial int Eventfd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "poll")]
    public static partial int Poll(PollFd* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    public static partial nint Read(int fd, void* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int fd, void* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "preadv2")]
    public static partial nint Preadv2(int fd, Vector* vectors, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "pwritev2")]
    public static partial nint Pwritev2(int fd, Vector* vectors, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "prctl")]
    public static partial int Prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "socketpair")]
    public static partial int Socketpair(int family, int kind, int protocol, int* ends);

    [LibraryImport("libc", EntryPoint = "socket")]
    public static partial int Socket(int family, int kind, int protocol);

    [LibraryImport("libc", EntryPoint = "bind")]
    public static partial int Bind(int fd, void* address, uint bytes);

    [LibraryImport("libc", EntryPoint = "listen")]
    public static partial int Listen(int fd, int waiting);

    [LibraryImport("libc", EntryPoint = "exit")]
    public static partial void Exit(int code);

    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitNow(int code);

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Exec(string path, nint* arguments);

    [LibraryImport("libc", EntryPoint = "gettid"), SuppressGCTransition]
    public static partial int ThreadId();

    /// <summary>Whether a descriptor is ready now.</summary>
    public static bool IsReady(int fd, short what)
    {
        var one = new PollFd { Fd = fd, Events = what };
        return Poll(&one, 1, 0) == 1 && (one.Returned & what) != 0;
    }
}
