namespace AioV2.Conformance.Tests.Mutants;

/// <summary>Where the last record of a run of events begins, and how many there are.</summary>
internal static unsafe class EventRun
{
    public static (long Last, int Count) Of(void* events, long bytes)
    {
        (long last, int count) = (0, 0);
        for (long at = 0; at < bytes; at += *(uint*)((byte*)events + at))
        {
            (last, count) = (at, count + 1);
        }

        return (last, count);
    }
}
