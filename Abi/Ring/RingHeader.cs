namespace AioV2.Abi.Ring;

/// <summary>Writes the header of a new ring (RING-1).</summary>
public static unsafe class RingHeader
{
    /// <summary>Fills in constants, kernel line and user line; magic comes last, so that a half-made ring is no ring.</summary>
    /// <param name="map">Start of the mapping, page-aligned, of <see cref="RingLayout.MapBytes"/>.</param>
    /// <param name="layout">Where the parts stand.</param>
    /// <param name="maxEventBytes">Largest record, at most half of the data area.</param>
    /// <param name="ctx">The context's id, or 0 where there is none (RING-12).</param>
    /// <param name="generation">0, one more for each RESIZE.</param>
    /// <param name="start">Position of the first byte, a multiple of 8: <c>head</c> and <c>tail</c> start there (RING-11).</param>
    /// <param name="flags"><see cref="Aio2RingFlags"/> that stand from birth.</param>
    public static void Format(
        byte* map, in RingLayout layout, uint maxEventBytes, uint ctx = 0, uint generation = 0, ulong start = 0, uint flags = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(start % Aio2.Align, 0u);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxEventBytes, layout.RingBytes / 2);
        var header = (Aio2Ring*)map;
        var user = (Aio2RingUser*)(map + layout.UserOffset);
        *header = default;
        *user = default;
        user->Head = start;
        header->Version = Aio2.RingVersion;
        header->HeaderBytes = Aio2Ring.SizeOf;
        header->RingBytes = layout.RingBytes;
        header->UserOffset = layout.UserOffset;
        header->DataOffset = layout.DataOffset;
        header->MapBytes = layout.MapBytes;
        header->MaxEventBytes = maxEventBytes;
        header->Ctx = ctx;
        header->Generation = generation;
        header->Start = start;
        header->Tail = start;
        header->Flags = flags;

        // Pairs with the acquire of magic in RingReaper.Open.
        Volatile.Write(ref header->Magic, Aio2.RingMagic);
    }
}
