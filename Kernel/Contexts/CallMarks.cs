namespace AioV2.Kernel.Contexts;

/// <summary>Which context each thread's call is in, by a mark of the thread's own: a call costs the context no atomic operation and no line
/// that two processors write.</summary>
/// <remarks>The thread stores its mark, and then looks whether the context is open, with no fence between them; behind the call it clears
/// the mark, and then looks again. The one destroy of a context pays for both: it closes the context, makes every thread of the process
/// pass a full fence, and only then looks at the marks. Whose look came before that fence has its store before it, too, and the
/// mark is seen; whose look comes behind it finds the context closed (tests/model/mark.pml).</remarks>
internal static class CallMarks
{
    // In the middle of an array, so that no two threads' marks share a cache line.
    private const int Place = 12, Words = 24;

    private static readonly Lock Change = new();
    private static readonly List<WeakReference<long[]>> All = [];

    [ThreadStatic]
    private static long[]? mine;

    private static long lastOwner;

    /// <summary>The calling thread's: 0, or the owner whose call it is in.</summary>
    public static ref long Mine => ref (mine ?? Add())[Place];

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
