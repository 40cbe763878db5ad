using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Events from the shared ring; the call only where the ring says so, or to sleep.</summary>
internal sealed unsafe class RingEvents : IEventSource
{
    private readonly ContextUnderTest _context;
    private readonly bool _each;

    /// <summary>Opens the ring of a context.</summary>
    public RingEvents(ContextUnderTest context, Reaping reaping)
    {
        _context = context;
        _each = reaping == Reaping.RingEach;
        Reaper = Open(context, reaping == Reaping.RingSingle);
    }

    /// <summary>The ring's user side.</summary>
    public RingReaper Reaper { get; }

    /// <inheritdoc/>
    public int Take(byte* buffer, int bytes, bool wait)
    {
        var room = new Span<byte>(buffer, bytes);
        int taken;
        var status = _each ? TakeEach(room, out taken) : Reaper.ReadBatch(room, out taken);
        if (taken > 0 || status == RingStatus.TooSmall)
        {
            return taken;
        }
        return wait || status != RingStatus.Empty ? _context.GetEvents(buffer, bytes, wait ? IoEvent2.SizeOf : 0) : 0;
    }

    /// <summary>The reaper of a context's ring.</summary>
    public static RingReaper Open(ContextUnderTest context, bool single)
    {
        var parameters = context.Parameters;
        var status = RingReaper.Open((byte*)parameters.RingAddr, parameters.RingMapBytes, single, out var reaper);
        return status == RingOpenStatus.Ok ? reaper! : throw new BenchException($"the ring is not understood: {status}");
    }

    private RingStatus TakeEach(Span<byte> room, out int taken)
    {
        taken = 0;
        RingStatus status;
        while ((status = Reaper.TryRead(room[taken..], out var bytes)) == RingStatus.Event)
        {
            taken += bytes;
        }
        return status;
    }
}
