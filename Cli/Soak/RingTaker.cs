using AioV2.Abi.Ring;

namespace AioV2.Cli.Soak;

/// <summary>Reaps from the ring by compare-and-swap, at once with the callers.</summary>
internal sealed unsafe class RingTaker(Episode episode, int index) : Actor(episode, index)
{
    private readonly byte[] _buffer = new byte[Arena.EventBytes];
    private RingReaper? _reaper;

    protected override void Step(ref Dice dice)
    {
        Begin(SoakCount.RingReap);
        if (_reaper is null && RingReaper.Open(Episode.Ring.View, Episode.Ring.MapBytes, single: false, out _reaper) != RingOpenStatus.Ok)
        {
            Episode.Fail("the ring cannot be opened");
            return;
        }

        if (_reaper!.ReadBatch(_buffer.AsSpan(0, 4096 + dice.Below(4096)), out var bytes) == RingStatus.Event)
        {
            Episode.Took(_buffer.AsSpan(0, bytes));
        }
        else
        {
            _ = Thread.Yield();
        }
    }
}
