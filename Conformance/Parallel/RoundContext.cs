using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.Run;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Parallel;

/// <summary>A context of a round, in the child: made with the round, its memory given back with it.</summary>
internal sealed unsafe class RoundContext
{
    private readonly List<(ulong Address, ulong Bytes)> _maps = [];
    private readonly Lock _lock = new();

    /// <summary>Makes it.</summary>
    /// <exception cref="InvalidOperationException">io_setup2 refuses what it says it offers.</exception>
    public RoundContext(IAio2 aio, ContextPlan plan)
    {
        var p = new Aio2Params { NrReqs = (uint)plan.NrReqs, RingBytes = RoundPlan.RingBytes };
        SetupResult = aio.Setup(Aio2.Version, plan.Flags, &p, (nuint)sizeof(Aio2Params));
        Id = p.Ctx;
        if (SetupResult == 0 && plan.IsShared)
        {
            First = Newest = new RingView(new UserRing((byte*)p.RingAddr, p.UserOffset, p.DataOffset, p.RingBytes), 0);
            _maps.Add((p.RingAddr, p.RingMapBytes));
        }
    }

    /// <summary>What io_setup2 answered.</summary>
    public long SetupResult { get; }

    /// <summary>The id.</summary>
    public uint Id { get; }

    /// <summary>The ring that it began with.</summary>
    public RingView First { get; }

    /// <summary>The ring that it moved to last.</summary>
    public RingView Newest { get; private set; }

    /// <summary>Notes a ring that RESIZE made.</summary>
    public RingView Moved(in Aio2RingInfo info)
    {
        var view = new RingView(new UserRing((byte*)info.RingAddr, info.UserOffset, info.DataOffset, info.RingBytes), info.Generation);
        using (_lock.EnterScope())
        {
            _maps.Add((info.RingAddr, info.RingMapBytes));
            Newest = view.Generation > Newest.Generation ? view : Newest;
        }

        return view;
    }

    /// <summary>Gives the mappings back, as the user does after destroy (DESTROY-1).</summary>
    public void Unmap()
    {
        foreach (var (address, bytes) in _maps)
        {
            _ = Libc.Munmap((void*)address, (nuint)bytes);
        }
    }
}
