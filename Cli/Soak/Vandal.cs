using AioV2.Abi;

namespace AioV2.Cli.Soak;

/// <summary>Attacks descriptors, the eventfd and the ring's view; moves rings; destroys: whatever the episode has planned.</summary>
internal sealed unsafe class Vandal(Episode episode, int index) : Actor(episode, index)
{
    private int _steps;
    private bool _viewIsLost;

    protected override void Step(ref Dice dice)
    {
        _steps++;
        if (_steps > Plan.CallerSteps / 16)
        {
            Episode.Leave();
        }

        switch (dice.Below(8))
        {
            case 0 when Plan.ReusesDescriptors:
                Begin(SoakCount.Reuse);
                SoakFiles.Reuse(dice.Below(SoakFiles.Kinds), dice.Below(SoakFiles.Kinds));
                break;
            case 1 or 2 when Plan.FillsEventfd:
                AttackEventfd(ref dice);
                break;
            case 3 when Plan.LosesRingView && !_viewIsLost:
                LoseView(ref dice);
                break;
            case 4 when Plan.MovesRing:
                MoveRing(ref dice);
                break;
            case 5 when Plan.DestroysEarly && _steps > Plan.CallerSteps / 16:
                Begin(SoakCount.Life);
                if (Said(Episode.Aio.Destroy(Episode.Ctx), 0, "io_destroy2") == 0)
                {
                    Episode.WasDestroyed();
                }

                break;
            default:
                Begin(SoakCount.Feed);
                var bytes = stackalloc byte[1024];
                new Span<byte>(bytes, 1024).Fill(0x77);
                _ = SoakFiles.Pump(bytes, 1024, dice.OneIn(2));
                break;
        }

        _ = Thread.Yield();
    }

    // Waits in write, if the kernel signals in between: the end of the episode frees it.
    private void AttackEventfd(ref Dice dice)
    {
        Begin(SoakCount.Eventfd);
        if (dice.OneIn(2))
        {
            Episode.Files.EmptyEventfd();
        }

        ulong count = dice.OneIn(2) ? ulong.MaxValue - 1 - (ulong)dice.Below(3) : 1;
        if (Linux.IsReady(Episode.Files.Eventfd, Linux.PollOut))
        {
            _ = Linux.Write(Episode.Files.Eventfd, &count, sizeof(ulong));
        }
    }

    private void LoseView(ref Dice dice)
    {
        Begin(SoakCount.RingView);
        _viewIsLost = true;
        var view = Episode.Ring.View;
        var bytes = (nuint)Episode.Ring.MapBytes;
        switch (dice.Below(4))
        {
            case 0:
                _ = Linux.Protect(view, bytes, Linux.ProtNone);
                break;
            case 1:
                _ = Linux.Protect(view, bytes, Linux.ProtRead);
                break;
            case 2:
                // Another's memory stands there now: what the kernel wrote to it would be seen.
                Linux.Map(view, bytes, Linux.ProtRead, Linux.MapPrivate | Linux.MapAnonymous | Linux.MapFixed);
                Episode.Replaced(view, bytes);
                break;
            default:
                Linux.Map(view, bytes, Linux.ProtNone, Linux.MapPrivate | Linux.MapAnonymous | Linux.MapFixed | Linux.MapNoReserve);
                break;
        }
    }

    private void MoveRing(ref Dice dice)
    {
        Begin(SoakCount.Control);
        var words = Episode.Arena.Words(0) + 3072;
        var info = (Aio2RingInfo*)words;
        *info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf, RingBytes = 4096u << dice.Below(4) };
        if (dice.OneIn(2))
        {
            _ = Said(Episode.Aio.RingCtl(Episode.Ctx, Aio2Ctl.Release, 0), 0, "io_ring_ctl2");
        }
        else if (dice.OneIn(4))
        {
            *info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf };
            _ = Said(Episode.Aio.RingCtl(Episode.Ctx, Aio2Ctl.GetRing, (ulong)info), 0, "io_ring_ctl2");
        }
        else if (Said(Episode.Aio.RingCtl(Episode.Ctx, Aio2Ctl.Resize, (ulong)info), 0, "io_ring_ctl2") == 0)
        {
            _ = Interlocked.Increment(ref Episode.Journal.Count(SoakCount.MovedRings));
            Episode.Ring.Use(*info);
        }
    }
}
