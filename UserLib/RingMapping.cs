using AioV2.Abi;
using AioV2.UserLib.Interop;

namespace AioV2.UserLib;

/// <summary>The caller's view of a shared ring (SETUP-7). It is unmapped when nobody refers to it any longer.</summary>
/// <remarks>
/// That is why it has a finalizer and no Dispose: a reaper in another thread may stand inside the ring while the context
/// is being disposed (DESTROY-1 lets it finish), and its reference keeps the memory there at no cost on the way.
/// </remarks>
internal sealed unsafe class RingMapping
{
    private readonly void* _address;
    private readonly nuint _bytes;

    internal RingMapping(in Aio2Params answer)
    {
        _address = (void*)answer.RingAddr;
        _bytes = (nuint)answer.RingMapBytes;
        GC.AddMemoryPressure((long)_bytes);
    }

    ~RingMapping()
    {
        _ = Libc.Munmap(_address, _bytes);
        GC.RemoveMemoryPressure((long)_bytes);
    }

    internal byte* Address => (byte*)_address;

    /// <summary>Constants and kernel line; read-only.</summary>
    internal Aio2Ring* Header => (Aio2Ring*)_address;
}
