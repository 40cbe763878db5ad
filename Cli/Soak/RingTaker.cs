using AioV2.Abi;
using AioV2.Abi.Ring;

namespace AioV2.Cli.Soak;

/// <summary>Reaps from the ring by compare-and-swap, at once with the callers, and follows it where it moves.</summary>
internal sealed unsafe class RingTaker(Episode episode, int index) : Actor(episode, index)
{
    private readonly byte[] _buffer = new byte[Arena.EventBytes];
    private RingReaper? _reaper;

    protected override void Step(ref Dice dice)
    {
        Begin(SoakCount.RingReap);
        if (_reaper is null && !Follow())
        {
            return;
        }

        switch (_reaper!.ReadBatch(_buffer.AsSpan(0, 4096 + dice.Below(4096)), out var bytes))
        {
            case RingStatus.Event:
                Episode.Took(_buffer.AsSpan(0, bytes));
                break;
            case RingStatus.EnterKernel when (_reaper.Flags & Aio2RingFlags.Moved) != 0:
                _ = Follow();
                break;
            case RingStatus.EnterKernel:
                Ask();
                break;
            default:
                _ = Thread.Yield();
                break;
        }
    }

    // The newest ring (RING-11); false, where the context is gone.
    private bool Follow()
    {
        var info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf };
        if (Said(Episode.Aio.RingCtl(Episode.Ctx, Aio2Ctl.GetRing, (ulong)&info), 0, "io_ring_ctl2") != 0)
        {
            _ = Thread.Yield();
            return false;
        }

        // Views stay mapped until the episode is over, moved or not.
        if (RingReaper.Open((byte*)info.RingAddr, info.RingMapBytes, single: false, out _reaper) != RingOpenStatus.Ok)
        {
            Episode.Fail("the ring cannot be opened");
            return false;
        }

        return true;
    }

    // With room, since a ring between this one and the newest may hold events still.
    private void Ask()
    {
        fixed (byte* to = _buffer)
        {
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf };
            var got = Said(Episode.Aio.GetEvents(Episode.Ctx, to, Aio2.EventMax, 0, &wait, 0), Aio2.EventMax, "io_getevents2");
            if (got > 0)
            {
                Episode.Took(_buffer.AsSpan(0, (int)got));
            }
        }

        _ = Thread.Yield();
    }
}
