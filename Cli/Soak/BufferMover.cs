namespace AioV2.Cli.Soak;

/// <summary>Protects, unprotects and moves the buffers that calls and requests are using.</summary>
internal sealed unsafe class BufferMover(Episode episode, int index) : Actor(episode, index)
{
    private const int DataBytes = Arena.Cells * Arena.CellBytes;
    private const int Page = 4096;

    // Of the process: what has come to stand where zones were moved to stays there.
    private static volatile bool _canMove = true;

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
                var from = dice.Below(DataBytes / Page) * Page;
                _ = Linux.Protect(arena.Data + from, Page, dice.Of([Linux.ProtNone, Linux.ProtRead, Linux.ProtRead | Linux.ProtWrite]));
                break;
            case 3 when _canMove:
                Begin(SoakCount.Move);
                _ = Linux.Protect(arena.Data, DataBytes, Linux.ProtRead | Linux.ProtWrite);
                const int Flags = Linux.MremapMayMove | Linux.MremapFixed | Linux.MremapDontUnmap;

                // The address stays mapped, with zeroes; then the pages come back. The hole that they leave is closed: a ring or
                // a heap that came to stand in it would be moved over the next time.
                if (Linux.Remap(arena.Data, DataBytes, DataBytes, Flags, arena.MoveTo) != -1)
                {
                    _ = Linux.Remap(arena.MoveTo, DataBytes, DataBytes, Linux.MremapMayMove | Linux.MremapFixed, arena.Data);
                    _canMove = Linux.TryReserve(arena.MoveTo, DataBytes);
                }

                break;
        }

        _ = Thread.Yield();
    }
}
