using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Run;

/// <summary>What the child knows of one context: its id, its ring, and how many final events it has given.</summary>
internal unsafe struct ContextSlot
{
    /// <summary>The id while the context lives, else 0.</summary>
    public uint Id;

    /// <summary>The id that this slot had last.</summary>
    public uint LastId;

    /// <summary>Final events that have come from this context.</summary>
    public int Finals;

    /// <summary>Whether a drain waited in vain: later ones need not wait long again.</summary>
    public bool Starved;

    /// <summary>The ring's memory, if it is shared.</summary>
    public UserRing Ring;

    private ulong _map;
    private ulong _mapBytes;

    public static ContextSlot From(in Aio2Params p, uint flags)
    {
        bool shared = (flags & Aio2Setup.UserReap) != 0 && p.RingAddr != 0;
        return new ContextSlot
        {
            Id = p.Ctx,
            LastId = p.Ctx,
            Ring = shared ? new UserRing((byte*)p.RingAddr, p.UserOffset, p.DataOffset, p.RingBytes) : default,
            _map = shared && (flags & (Aio2Setup.RingFd | Aio2Setup.RingAddr)) == 0 ? p.RingAddr : 0,
            _mapBytes = p.RingMapBytes,
        };
    }

    /// <summary>Gives a kernel-made mapping back, as its user does after destroy (DESTROY-1).</summary>
    public void Unmap()
    {
        if (_map != 0)
        {
            _ = Libc.Munmap((void*)_map, (nuint)_mapBytes);
        }

        (_map, Ring) = (0, default);
    }
}
