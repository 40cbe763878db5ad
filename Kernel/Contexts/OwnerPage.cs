using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <summary>A word that a fork wipes: non-zero only in the process that made it (CTX-1).</summary>
internal static unsafe class OwnerPage
{
    private static readonly uint* Word = Make();

    /// <summary>Whether this process is the one that started the runtime. One load; takes no lock.</summary>
    public static bool IsOwner => Volatile.Read(ref *Word) != 0;

    /// <summary>Where the word is: for code that must look before it enters managed code.</summary>
    public static uint* Address => Word;

    private static uint* Make()
    {
        var bytes = (nuint)Environment.SystemPageSize;
        var page = Libc.Mmap(null, bytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        if (Libc.IsError(page) || Libc.Madvise((void*)page, bytes, Libc.MADV_WIPEONFORK) != 0)
        {
            throw new PlatformNotSupportedException("no page that fork wipes can be had (MADV_WIPEONFORK, Linux 4.14)");
        }

        *(uint*)page = 1;
        return (uint*)page;
    }
}
