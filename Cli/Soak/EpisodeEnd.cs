using System.Diagnostics;
using AioV2.Abi;

namespace AioV2.Cli.Soak;

/// <summary>The end of an episode: all that is owed must come, no slot may be missing, and nothing may be written afterwards.</summary>
/// <param name="episode">The episode.</param>
/// <param name="patience">How long nothing may come while something is owed.</param>
internal sealed unsafe class EpisodeEnd(Episode episode, TimeSpan patience)
{
    public void Run()
    {
        var caller = new Caller(episode, 0);
        for (var i = 0; i < 2; i++)
        {
            _ = Linux.Protect(episode.Arena.Iocbs(i), Arena.IocbBytes, Linux.ProtRead | Linux.ProtWrite);
            _ = Linux.Protect(episode.Arena.Events(i), Arena.EventBytes, Linux.ProtRead | Linux.ProtWrite);
        }

        episode.Files.EmptyEventfd();
        if (episode.Plan.IsLedgered && !episode.HasFailed)
        {
            Collect(caller);
            TakeAllSlots(caller);
            CheckRing(mayBeCorrupt: false);
        }
        else if (!episode.IsDestroyed && !episode.HasFailed)
        {
            CheckRing(mayBeCorrupt: true);
        }

        var destroyed = episode.Aio.Destroy(episode.Ctx);
        if (destroyed != (episode.IsDestroyed ? -Errno.ENXIO : 0))
        {
            episode.Fail($"io_destroy2 said {destroyed}");
        }

        episode.Fail(episode.Arena.CheckCanaries(episode.Plan.MovesBuffers));
        episode.Fail(episode.Ring.Check());
        episode.Fail(episode.CheckReplaced());
        CheckSlots();
        episode.Arena.Settle();
    }

    // Reads are fed, writes find room; what is never ready is cancelled. Then each gives its event.
    private void Collect(Caller caller)
    {
        var bytes = stackalloc byte[4096];
        new Span<byte>(bytes, 4096).Fill(0x77);
        var still = Stopwatch.StartNew();
        for (var round = 0; episode.Ledger.EventsSeen < episode.Ledger.Accepted && !episode.HasFailed; round++)
        {
            var before = episode.Ledger.EventsSeen;
            _ = caller.ReapOnce((int)Aio2.EventMax, 0, 0);
            if (episode.Ledger.EventsSeen != before)
            {
                still.Restart();
                continue;
            }

            _ = SoakFiles.Pump(bytes, 4096, feed: round % 2 == 0);
            _ = caller.ReapOnce((int)Aio2.EventMax, IoEvent2.SizeOf, 200_000);
            var missing = episode.Ledger.FirstMissing();
            if (round > 20 && missing != 0)
            {
                _ = episode.Aio.Cancel(episode.Ctx, (ulong)missing, 0);
            }

            if (still.Elapsed > patience)
            {
                episode.Fail($"{episode.Ledger.EventsSeen} of {episode.Ledger.Accepted} events came; request {missing} is owed\n{Owed.Tell(episode)}");
            }
        }
    }

    // Each slot came back: as many are accepted as there are, and not one more (RING-9).
    private void TakeAllSlots(Caller caller)
    {
        if (episode.HasFailed)
        {
            return;
        }

        var count = (int)episode.Plan.NrReqs;
        var nops = (Iocb2*)episode.Arena.Iocbs(0);
        var offered = new int[count + 1];
        for (var i = 0; i <= count; i++)
        {
            offered[i] = episode.Ledger.Offer();
            nops[i] = new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Nop, UserData = (ulong)offered[i] };
        }

        var result = episode.Aio.Submit(episode.Ctx, nops, (nuint)((count + 1) * Iocb2.SizeOf), null);

        // With room in the ring NOPs give their slots back while the call goes on: one more may find one.
        var accepted = (int)Math.Max(0, result) / Iocb2.SizeOf;
        if (accepted < count)
        {
            episode.Fail($"io_submit2 said {result} where {count} slots should be free");
            return;
        }

        episode.Accepted(accepted);
        episode.Fail(episode.Ledger.Settle(offered, accepted));
        Collect(caller);
        var extra = caller.ReapOnce((int)Aio2.EventMax, 0, 0);
        if (extra != 0 && !episode.HasFailed)
        {
            episode.Fail($"io_getevents2 said {extra} where no event can be");
        }

        var cursor = 0ul;
        var list = episode.Aio.List(episode.Ctx, &cursor, episode.Arena.Words(0) + 1024, 2048);
        if (list is not (0 or -Errno.ENOSYS) && !episode.HasFailed)
        {
            episode.Fail($"io_list2 said {list} where nothing is outstanding");
        }
    }

    private void CheckRing(bool mayBeCorrupt)
    {
        if (!episode.Plan.IsShared || episode.Plan.LosesRingView)
        {
            return;
        }

        var flags = Volatile.Read(ref ((Aio2Ring*)episode.Ring.View)->Flags);
        if ((flags & Aio2RingFlags.Corrupt) == 0)
        {
            return;
        }

        _ = Interlocked.Increment(ref episode.Journal.Count(SoakCount.CorruptRings));
        if (!mayBeCorrupt)
        {
            episode.Fail("the ring is CORRUPT although nobody has written to it but by its rules");
        }
    }

    private void CheckSlots()
    {
        Aio2ProbeKernel answer;
        if (episode.Aio.Probe(Aio2Probe.Kernel, &answer, Aio2ProbeKernel.SizeOf) > 0 && answer.ReqsUsed != 0)
        {
            episode.Fail($"{answer.ReqsUsed} slots are in use with every context destroyed");
        }
    }
}
