using AioV2.Abi;

namespace AioV2.Cli.Soak;

/// <summary>Submits and reaps, as a program would, in the company of the others.</summary>
internal sealed unsafe class Caller(Episode episode, int index) : Actor(episode, index)
{
    private const int Batch = 8;
    private const int OwnCell = Arena.Cells - 4;

    private readonly CallDraw _calls = new(episode.Arena, index);
    private readonly byte* _iocbs = episode.Arena.Iocbs(index);
    private readonly byte* _events = episode.Arena.Events(index);
    private readonly byte* _words = episode.Arena.Words(index);
    private int _steps;
    private bool _isReading;

    protected override bool GoesOn => _steps < Plan.CallerSteps && !Episode.HasFailed && Episode.Ledger.HasRoom;

    protected override void Step(ref Dice dice)
    {
        _steps++;
        switch (dice.Below(17))
        {
            case < 8:
                Submit(ref dice);
                break;
            case < 13:
                Reap(ref dice);
                break;
            case 13 when !Plan.ReusesDescriptors && !Plan.ScribblesIocbs && !Plan.MovesBuffers:
                ReadThenReuse();
                break;
            case 14:
                Begin(SoakCount.Cancel);
                _ = Said(Episode.Aio.Cancel(Episode.Ctx, (ulong)dice.Below(4096), (uint)dice.Below(4)), int.MaxValue, "io_cancel2");
                break;
            case 15 when Plan.FillsEventfd:
                Begin(SoakCount.Control);
                _ = Said(Episode.Aio.RingCtl(Episode.Ctx, dice.OneIn(2) ? Aio2Ctl.EventfdDetach : Aio2Ctl.EventfdAttach, 0), 0, "io_ring_ctl2");
                AttachAndClose(ref dice);
                _ = Said(Episode.Aio.RingCtl(Episode.Ctx, Aio2Ctl.EventfdAttach, (ulong)Episode.Files.Eventfd), 0, "io_ring_ctl2");
                break;
            case 16:
                Begin(SoakCount.Issue);
                Episode.Fail(_calls.Issue(Episode.Aio, Plan.MovesBuffers, ref dice));
                break;
            default:
                List();
                break;
        }
    }

    /// <summary>One look for events, without waiting: bytes, or what the call said.</summary>
    public long ReapOnce(int bytes, int minBytes, long nanoseconds)
    {
        var wait = (Aio2Wait*)_words;
        *wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Nsec = nanoseconds };
        var got = Said(Episode.Aio.GetEvents(Episode.Ctx, _events, (nuint)bytes, (nuint)minBytes, wait, 0), bytes, "io_getevents2");
        if (got > 0)
        {
            Episode.Took(new ReadOnlySpan<byte>(_events, (int)got));
        }

        return got;
    }

    // The context has its own reference: whoever closes the number takes nothing from it (SETUP-9).
    private void AttachAndClose(ref Dice dice)
    {
        if (dice.OneIn(2))
        {
            var counter = Linux.Require(Linux.Eventfd(0, Linux.OpenCloexec));
            _ = Said(Episode.Aio.RingCtl(Episode.Ctx, Aio2Ctl.EventfdAttach, (ulong)counter), 0, "io_ring_ctl2");
            _ = Linux.Close(counter);
        }
    }

    private void Reap(ref Dice dice)
    {
        Begin(SoakCount.Reap);
        var bytes = dice.Of([(int)Aio2.EventMax, Arena.EventBytes, 24 * dice.Below(20), dice.Below(512)]);
        var min = dice.OneIn(3) ? Math.Min(bytes, 24) : 0;

        // The byte behind the buffer belongs to nobody: the kernel must leave it.
        var behind = bytes < Arena.EventBytes ? _events + bytes : null;
        var mark = (byte)dice.Next();
        if (behind != null && !Plan.MovesBuffers)
        {
            *behind = mark;
        }

        _ = ReapOnce(bytes, min, dice.OneIn(8) ? 100_000 : 0);
        if (behind != null && !Plan.MovesBuffers && *behind != mark)
        {
            Episode.Fail($"io_getevents2 wrote behind a buffer of {bytes} bytes");
        }
    }

    private void Submit(ref Dice dice)
    {
        Begin(SoakCount.Submit);
        var offered = stackalloc int[Batch];
        var offsets = stackalloc int[Batch + 1];
        var count = 1 + dice.Below(Batch);
        var at = 0;
        lock (Episode.Hand(Index))
        {
            // Whoever protects buffers waits until they are written; the kernel's copy meets what comes next.
            _ = Plan.MovesBuffers ? Linux.Protect(_iocbs, Arena.IocbBytes, Linux.ProtRead | Linux.ProtWrite) : 0;
            for (var i = 0; i < count; i++)
            {
                offsets[i] = at;
                offered[i] = Episode.Ledger.Offer();
                at += Write(_iocbs + at, offered[i], ref dice);
            }
        }

        offsets[count] = at;
        var result = Said(Episode.Aio.Submit(Episode.Ctx, _iocbs, (nuint)at, Report(ref dice)), at, "io_submit2");
        var accepted = 0;
        while (accepted < count && offsets[accepted + 1] <= result)
        {
            accepted++;
        }

        if (Plan.ScribblesIocbs)
        {
            // How many that were nobody can tell: their sizes were written over.
            return;
        }

        if (result > 0 && offsets[accepted] != result)
        {
            Episode.Fail($"io_submit2 accepted {result} bytes, which is within a record");
        }

        Episode.Accepted(accepted);
        Episode.Fail(Episode.Ledger.Settle(new ReadOnlySpan<int>(offered, count), accepted));
    }

    private Aio2Extack* Report(ref Dice dice)
    {
        if (!dice.OneIn(3))
        {
            return null;
        }

        var ext = (Aio2Extack*)(_words + 256);
        *ext = new Aio2Extack { Size = dice.OneIn(8) ? (uint)dice.Below(5000) : Aio2Extack.SizeOf };
        return ext;
    }

    // One record: its bytes.
    private int Write(byte* at, int userData, ref Dice dice)
    {
        var iocb = (Iocb2*)at;
        *iocb = Episode.Draw.Iocb(ref dice);
        if (!Plan.ScribblesIocbs && dice.OneIn(8))
        {
            // Not where scribblers mix words: what they would make of a call's arguments nothing here could bound.
            *iocb = _calls.Next(ref dice);
            var call = (Aio2Syscall*)iocb->Addr;
            Episode.Ledger.Call(userData, (uint)call->Nr, (int)call->Args[0]);
            _ = Interlocked.Increment(ref Episode.Journal.Count(SoakCount.Calls));
        }

        iocb->UserData = (ulong)userData;
        var bytes = Iocb2.SizeOf;
        if (dice.OneIn(6) && !Plan.ScribblesIocbs)
        {
            bytes += CallDraw.Deadline(at + bytes, ref dice);
            Episode.Ledger.Time(userData);
        }

        for (var more = dice.OneIn(3) ? 1 + dice.Below(3) : 0; more > 0; more--)
        {
            bytes += Episode.Draw.Attribute(at + bytes, Plan.ScribblesIocbs, ref dice);
        }

        iocb->Bytes = dice.OneIn(200) ? (uint)dice.Next() : (uint)bytes;
        return bytes;
    }

    // A request holds its file: what stands at the number afterwards is not read (SUBMIT-2).
    private void ReadThenReuse()
    {
        Begin(SoakCount.Reuse);
        if (_isReading)
        {
            return;
        }

        var slot = Index == 0 ? SoakFiles.Alpha : SoakFiles.Beta;
        SoakFiles.Reuse(slot, slot);
        var number = Episode.Ledger.Offer();
        Episode.Ledger.Expect(number, OwnCell + Index, Index == 0 ? (byte)'A' : (byte)'B');
        *(Iocb2*)_iocbs = new Iocb2
        {
            Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Pread, Fd = SoakFiles.Slot(slot), UserData = (ulong)number,
            Addr = (ulong)Episode.Arena.Cell(OwnCell + Index), Len = Arena.CellRoom,
        };
        var result = Said(Episode.Aio.Submit(Episode.Ctx, _iocbs, Iocb2.SizeOf, null), Iocb2.SizeOf, "io_submit2");
        SoakFiles.Reuse(slot, slot == SoakFiles.Alpha ? SoakFiles.Beta : SoakFiles.Alpha);
        Episode.Accepted(result > 0 ? 1 : 0);
        Episode.Fail(Episode.Ledger.Settle([number], result > 0 ? 1 : 0));

        // Once an episode: the cell is this request's for good.
        _isReading = result > 0;
    }

    private void List()
    {
        Begin(SoakCount.List);
        var cursor = (ulong*)(_words + 512);
        *cursor = 0;
        do
        {
            var got = Said(Episode.Aio.List(Episode.Ctx, cursor, _words + 1024, 2048), 2048, "io_list2");
            if (got <= 0)
            {
                return;
            }
        }
        while (*cursor != 0);
    }
}
