namespace AioV2.Conformance.Run;

/// <summary>What a reaper saw of a ring when it took a record, or found none.</summary>
/// <param name="Head">head before.</param>
/// <param name="Next">head after; the same where there was none.</param>
/// <param name="Flags">The kernel's flags, loaded between head and tail (RING-8).</param>
internal readonly record struct RingSight(ulong Head, ulong Next, uint Flags);
