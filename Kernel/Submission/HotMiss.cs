using AioV2.Abi;

namespace AioV2.Kernel.Submission;

/// <summary>A record whose attempt without waiting has not ended it: its request goes on behind that, and makes no second one.</summary>
/// <remarks>A second attempt would tell CACHE of the readahead that the first has started.</remarks>
/// <param name="At">Where it stands in the run, bytes; -1 for none.</param>
/// <param name="Bytes">Bytes that were at hand.</param>
internal readonly record struct HotMiss(int At, ulong Bytes)
{
    /// <summary>None.</summary>
    public static HotMiss None => new(-1, 0);

    /// <summary>What an attempt came to; an error is met again, by who can tell it.</summary>
    public static HotMiss Of(int at, long result) =>
        result >= 0 ? new(at, (ulong)result) : result == -Errno.EAGAIN ? new(at, 0) : None;
}
