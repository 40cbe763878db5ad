using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

internal static unsafe partial class Libc
{
    public const int CLOCK_MONOTONIC = 1;
    public const int IOPRIO_WHO_PROCESS = 1;
    public const int PR_SET_NAME = 15, PR_SET_TIMERSLACK = 29;

    public static int GetPid() => getpid();

    /// <summary>The thread's id as the kernel knows it.</summary>
    public static int GetTid() => gettid();

    /// <summary>The user's real id.</summary>
    public static uint GetUid() => getuid();

    /// <summary>The user's effective id.</summary>
    public static uint GetEuid() => geteuid();

    public static int ClockGetTime(int clock, out Timespec time)
    {
        fixed (Timespec* p = &time)
        {
            return Result(clock_gettime(clock, p));
        }
    }

    /// <summary>The I/O priority (class in bits 13 to 15) of a thread; 0 is the caller.</summary>
    public static int IoprioGet(int tid) => (int)Syscall(IsArm64 ? 31 : 252, IOPRIO_WHO_PROCESS, tid);

    /// <inheritdoc cref="IoprioGet"/>
    public static int IoprioSet(int tid, int priority) => (int)Syscall(IsArm64 ? 30 : 251, IOPRIO_WHO_PROCESS, tid, priority);

    public static int Prctl(int option, nint a, nint b = 0, nint c = 0, nint d = 0) => Result(prctl(option, a, b, c, d));

    [LibraryImport(Name), SuppressGCTransition]
    private static partial int getpid();

    [LibraryImport(Name), SuppressGCTransition]
    private static partial int gettid();

    [LibraryImport(Name), SuppressGCTransition]
    private static partial uint getuid();

    [LibraryImport(Name), SuppressGCTransition]
    private static partial uint geteuid();

    [LibraryImport(Name), SuppressGCTransition]
    private static partial int clock_gettime(int clock, Timespec* time);

    [LibraryImport(Name)]
    private static partial int prctl(int option, nint a, nint b, nint c, nint d);
}
