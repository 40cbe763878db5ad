namespace AioV2.Conformance.Mutants;

/// <summary>The records of a run of events.</summary>
internal static unsafe class EventRun
{
    /// <summary>Where each record stands.</summary>
    public static List<(int At, int Bytes)> Of(void* events, long bytes)
    {
        var records = new List<(int, int)>();
        for (int at = 0; at < bytes;)
        {
            int length = *(int*)((byte*)events + at);
            records.Add((at, length));
            at += length;
        }

        return records;
    }
}
