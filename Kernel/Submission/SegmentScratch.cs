using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Submission;

/// <summary>Where the segments of vectored records wait between validation and admission. Allocated at the first one.</summary>
internal unsafe ref struct SegmentScratch
{
    private const int Segments = 4 * (int)Aio2.VecMax;

    private Iovec* _segments;
    private int _used;

    /// <summary>Whether another record of the largest size fits; if not, what is there must be admitted first.</summary>
    public readonly bool HasRoom => _used + (int)Aio2.VecMax <= Segments;

    public readonly Iovec* At(int index) => _segments + index;

    /// <summary>Room for some segments: where they begin, or -1 where memory is out.</summary>
    public int Take(int count)
    {
        Debug.Assert(HasRoom, "a chunk ends where the scratch does");
        if (_segments == null)
        {
            _segments = (Iovec*)NativeBlock.TryAlloc((nuint)(Segments * sizeof(Iovec)));
            if (_segments == null)
            {
                return -1;
            }
        }

        var at = _used;
        _used += count;
        return at;
    }

    /// <summary>All that was taken is admitted.</summary>
    public void Reset() => _used = 0;

    public readonly void Dispose() => NativeMemory.Free(_segments);
}
