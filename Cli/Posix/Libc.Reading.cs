using System.Runtime.InteropServices;

namespace AioV2.Cli.Posix;

/// <content>What reading without a trace needs.</content>
internal static unsafe partial class Libc
{
    internal const int OpenNoatime = 0x40000;
    internal const int AdviceRandom = 1;
    internal const int AdviceDontneed = 4;
    internal const int SetFlags = 4;

    [LibraryImport("libc", EntryPoint = "posix_fadvise64")]
    internal static partial int Advise(int fd, long offset, long bytes, int advice);

    [LibraryImport("libc", EntryPoint = "fcntl64", SetLastError = true)]
    internal static partial int Fcntl(int fd, int command, nint argument);
}
