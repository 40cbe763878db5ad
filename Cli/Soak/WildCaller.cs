using AioV2.Abi;

namespace AioV2.Cli.Soak;

/// <summary>Makes every call with pointers to nothing, sizes out of range, unknown flags, other contexts' ids.</summary>
/// <remarks>Where events could come, the buffer is one that cannot be written: none may be lost to it (GET-4).</remarks>
internal sealed unsafe class WildCaller(Episode episode, int index) : Actor(episode, index)
{
    protected override void Step(ref Dice dice)
    {
        Begin(SoakCount.Wild);
        var aio = Episode.Aio;
        var ctx = dice.OneIn(4) ? (uint)dice.Next() : Episode.Ctx;
        var wild = Episode.Draw.Wild(ref dice);
        var size = (nuint)(dice.OneIn(3) ? dice.Next() : (ulong)dice.Below(8192));
        switch (dice.Below(10))
        {
            case 0 or 1:
                // Some of these addresses can be read: what is accepted there has no user_data of ours, being zero throughout.
                _ = Said(aio.Submit(ctx, (void*)wild, IsReadable(wild) ? 8 : size, (Aio2Extack*)Episode.Draw.Wild(ref dice)), long.MaxValue, "io_submit2");
                break;
            case 2 or 3:
                Reap(ctx, wild, size, ref dice);
                break;
            case 4:
                SetUp(wild, ref dice);
                break;
            case 5:
                _ = Said(aio.Probe((uint)dice.Below(8), (void*)wild, size), long.MaxValue, "io_probe2");
                break;
            case 6:
                _ = Said(aio.List(ctx, (ulong*)wild, (void*)Episode.Draw.Wild(ref dice), size), long.MaxValue, "io_list2");
                break;
            case 7:
                _ = Said(aio.Cancel(ctx, dice.Next(), (uint)dice.Next() | 4), 0, "io_cancel2");
                break;
            case 8:
                // Not the eventfd: whoever fills it knows which one is attached.
                _ = Said(aio.RingCtl(ctx, dice.OneIn(2) ? Aio2Ctl.GetRing : Aio2Ctl.Resize, wild), 0, "io_ring_ctl2");
                _ = Said(aio.RingCtl(ctx, 6 + (uint)dice.Below(1000), wild), 0, "io_ring_ctl2");
                break;
            default:
                _ = Said(aio.Issue((void*)wild, IsReadable(wild) ? 8 : size, (void*)Episode.Draw.Wild(ref dice), (nuint)dice.Below(4096), 0), 0, "io_issue2");
                break;
        }

        _ = Thread.Yield();
    }

    private bool IsReadable(ulong address) => address >= (ulong)Episode.Arena.ReadOnly && address < (ulong)Episode.Arena.ReadOnly + 4096;

    private void Reap(uint ctx, ulong wild, nuint size, ref Dice dice)
    {
        var wait = (Aio2Wait*)(Episode.Arena.Words(0) + 2048);
        *wait = dice.OneIn(2)
            ? new Aio2Wait { Size = Aio2Wait.SizeOf }
            : new Aio2Wait { Size = (uint)dice.Below(5000), Flags = (uint)dice.Below(4), Sec = -dice.Below(2), Nsec = (long)dice.Next(), Reserved = (uint)dice.Below(2) };
        var result = Said(Episode.Aio.GetEvents(ctx, (void*)wild, size, 0, dice.OneIn(8) ? (Aio2Wait*)Episode.Draw.Wild(ref dice) : wait, dice.OneIn(8) ? 1u : 0), long.MaxValue, "io_getevents2");
        if (result > 0)
        {
            Episode.Fail($"io_getevents2 put {result} bytes to 0x{wild:x}, which cannot be written");
        }
    }

    private void SetUp(ulong wild, ref Dice dice)
    {
        _ = Said(Episode.Aio.Setup(Aio2.Version + (uint)dice.Below(2), (uint)dice.Below(512), (Aio2Params*)wild, (nuint)dice.Below(5000)), 0, "io_setup2");
        Aio2Params parameters = default;
        parameters.RingBytes = dice.OneIn(2) ? 4096u << dice.Below(3) : (uint)dice.Next();
        parameters.NrReqs = (uint)dice.Below(64);
        parameters.RingFd = dice.OneIn(4) ? SoakFiles.Slot(dice.Below(SoakFiles.Kinds)) : 0;
        parameters.RingAddr = dice.OneIn(4) ? wild & ~0xffful : 0;
        parameters.Eventfd = dice.OneIn(4) ? SoakFiles.Slot(dice.Below(SoakFiles.Kinds)) : 0;
        if (Said(Episode.Aio.Setup(Aio2.Version, (uint)dice.Below(512), &parameters, (nuint)sizeof(Aio2Params)), 0, "io_setup2") == 0 && parameters.Ctx != 0)
        {
            _ = Said(Episode.Aio.Destroy(parameters.Ctx), 0, "io_destroy2");
            if (parameters.RingAddr != 0)
            {
                _ = Linux.Unmap((void*)parameters.RingAddr, (nuint)parameters.RingMapBytes);
            }
        }
    }
}
