using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

internal static unsafe partial class Libc
{
    public const int CLOCK_MONOTONIC = 1;
    public const int IOPRIO_WHO_PROCESS = 1;
    public const int CAP_SYS_ADMIN = 21, CAP_SYS_NICE = 23;
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

    /// <summary>Whether the calling thread has a capability in its effective set (capget, version 3).</summary>
    public static bool HasCapability(int capability)
    {
        const uint Version3 = 0x20080522;
        var head = stackalloc uint[2] { Version3, 0 };

        // Effective, permitted and inheritable, for capabilities 0 to 31 and then 32 to 63.
        var sets = stackalloc uint[6];
        return Syscall(IsArm64 ? 90 : 125, (nint)head, (nint)sets) == 0
            && (sets[capability / 32 * 3] >> (capability % 32) & 1) != 0;
    }

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
