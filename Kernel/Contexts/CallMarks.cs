namespace AioV2.Kernel.Contexts;

/// <summary>Which context each thread's call is in, by a mark of the thread's own: a call costs the context no atomic operation and no line
/// that two processors write.</summary>
/// <remarks>The thread stores its mark, and then looks whether the context is open, with no fence between them; behind the call it clears
/// the mark, and then looks again. The one destroy of a context pays for both: it closes the context, makes every thread of the process
/// pass a full fence, and only then looks at the marks. Whose look came before that fence has its store before it, too, and the
/// mark is seen; whose look comes behind it finds the context closed (tests/model/mark.pml).
/// <para>A thread has one mark. A call inside of a call, as a signal handler makes one that interrupts a wait, leaves the outer one's alone, and is
/// counted by the context.</para></remarks>
internal static class CallMarks
{
    // In the middle of an array, so that no two threads' marks share a cache line.
    private const int Place = 12, Inner = 13, Words = 24;

    private static readonly Lock Change = new();
    private static readonly List<WeakReference<long[]>> All = [];

    [ThreadStatic]
    private static long[]? mine;

    private static long lastOwner;

    /// <summary>Marks the calling thread: false where it is in a call already, so that this one is to be counted.</summary>
    public static bool TrySet(long owner)
    {
        var words = mine ?? Add();
        if (words[Place] != 0)
        {
            words[Inner]++;
            return false;
        }

        Volatile.Write(ref words[Place], owner);
        return true;
    }

    /// <summary>The call is over: what <see cref="TrySet"/> had answered. Calls end in the opposite order of their beginnings.</summary>
    public static bool Clear()
    {
        var words = mine!;
        if (words[Inner] != 0)
        {
            words[Inner]--;
            return false;
        }

        Volatile.Write(ref words[Place], 0);
        return true;
    }

    /// <summary>A mark for a new context, never 0 and never another's.</summary>
    public static long NewOwner() => Interlocked.Increment(ref lastOwner);

    /// <summary>Whether a thread is in a call of a context that is closed, and was closed before a fence of the whole process.</summary>
    public static bool Has(long owner)
    {
        lock (Change)
        {
            foreach (var mark in All)
            {
                if (mark.TryGetTarget(out var words) && Volatile.Read(ref words[Place]) == owner)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private static long[] Add()
    {
        var words = new long[Words];
        lock (Change)
        {
            if (All.Count == All.Capacity)
            {
                // Before it grows: the marks of threads that are gone.
                _ = All.RemoveAll(mark => !mark.TryGetTarget(out _));
            }

            All.Add(new WeakReference<long[]>(words));
        }

        return mine = words;
    }
}
