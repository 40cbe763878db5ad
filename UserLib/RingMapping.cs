using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.UserLib.Interop;

namespace AioV2.UserLib;

/// <summary>The caller's view of a shared ring (SETUP-7) and its reaper. Unmapped when nobody refers to it any longer.</summary>
/// <remarks>
/// That is why it has a finalizer and no Dispose: a reaper in another thread may stand inside the ring while the context
/// is being disposed (DESTROY-1 lets it finish), and its reference keeps the memory there at no cost on the way.
/// </remarks>
internal sealed unsafe class RingMapping
{
    private readonly void* _address;
    private readonly nuint _bytes;

    internal RingMapping(ulong address, ulong bytes, bool single)
    {
        _address = (void*)address;
        _bytes = (nuint)bytes;

        // RING-1: a ring that is not understood is left alone, and the call is used.
        _ = RingReaper.Open((byte*)_address, _bytes, single, out var reaper);
        Reaper = reaper;
    }

    ~RingMapping() => _ = Libc.Munmap(_address, _bytes);

    /// <summary>The reaper; null where the ring is of a kind that this library does not know (RING-1).</summary>
    internal RingReaper? Reaper { get; }
}
