namespace AioV2.Cli.Soak;

/// <summary>Protects, unprotects and moves the buffers that calls and requests are using.</summary>
internal sealed unsafe class BufferMover(Episode episode, int index) : Actor(episode, index)
{
    private const int Page = 4096;

    protected override void Step(ref Dice dice)
    {
        var arena = Episode.Arena;
        var caller = dice.Below(Plan.Callers);
        switch (dice.Below(4))
        {
            case 0:
                Begin(SoakCount.Protect);
                lock (Episode.Hand(caller))
                {
                    _ = Linux.Protect(arena.Iocbs(caller), Page, dice.OneIn(2) ? Linux.ProtNone : Linux.ProtRead);
                }

                break;
            case 1:
                // Never unreadable: the caller reads what it has got. From the first or the second page on.
                Begin(SoakCount.Protect);
                var page = dice.Below(2) * Page;
                _ = Linux.Protect(arena.Events(caller) + page, (nuint)(Arena.EventBytes - page), Linux.ProtRead | (dice.OneIn(3) ? 0 : Linux.ProtWrite));
                break;
            case 2:
                Begin(SoakCount.Protect);
                var from = dice.Below(Arena.DataBytes / Page) * Page;
                _ = Linux.Protect(arena.Data + from, Page, dice.Of([Linux.ProtNone, Linux.ProtRead, Linux.ProtRead | Linux.ProtWrite]));
                break;
            default:
                Begin(SoakCount.Move);
                MoveAwayAndBack(arena.Data);
                break;
        }

        _ = Thread.Yield();
    }

    // The address stays mapped, with zeroes, while the pages are away; then they come back. A new place each time: what comes
    // to stand in the hole at the last one, a ring or a heap, is not moved over.
    private static void MoveAwayAndBack(byte* data)
    {
        const int Anywhere = Linux.MapPrivate | Linux.MapAnonymous | Linux.MapNoReserve;
        const int There = Linux.MremapMayMove | Linux.MremapFixed;
        _ = Linux.Protect(data, Arena.DataBytes, Linux.ProtRead | Linux.ProtWrite);
        var away = Linux.Map(null, Arena.DataBytes, Linux.ProtNone, Anywhere);
        if (Linux.Remap(data, Arena.DataBytes, Arena.DataBytes, There | Linux.MremapDontUnmap, away) == -1)
        {
            _ = Linux.Unmap(away, Arena.DataBytes);
        }
        else if (Linux.Remap(away, Arena.DataBytes, Arena.DataBytes, There, data) == -1)
        {
            throw new CliException($"the soak cannot move its buffers back: errno {System.Runtime.InteropServices.Marshal.GetLastSystemError()}");
        }
    }
}
