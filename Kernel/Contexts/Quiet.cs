using System.Runtime.InteropServices;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <summary>Where destroyers wait until calls have left and requests have ended.</summary>
/// <remarks>One word for the whole process, never freed: an announcer may come here after the context that it speaks of is
/// gone. A wake-up for another's sake costs a look.</remarks>
internal static unsafe class Quiet
{
    private static readonly uint* Word = (uint*)NativeMemory.AllocZeroed(64);

    /// <summary>Something may have become quiet.</summary>
    public static void Announce()
    {
        _ = Interlocked.Increment(ref *Word);
        _ = Futex.Wake(Word);
    }

    /// <summary>The count of announcements, to be read before one looks.</summary>
    public static uint Count => Volatile.Read(ref *Word);

    /// <summary>Sleeps until there was an announcement since <paramref name="seen"/>.</summary>
    public static void Await(uint seen) => _ = Futex.Wait(Word, seen);
}
