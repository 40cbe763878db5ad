using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

/// <remarks>LEVEL polls (SUBMIT-8): io_getevents2 asks the sources in turn and copies a reading of each ready one. Readings
/// are no events: they take no slot, go into no ring, and may reach several callers.</remarks>
internal sealed unsafe partial class Context
{
    // Sources that are asked by one poll(2).
    private const int SourcesAtOnce = 32;

    private LevelSources _sources;

    // Counts what may have made a source ready, under the lock: who looked before must look again before he sleeps.
    private uint _sourceNews;

    /// <summary>A LEVEL poll is about to be armed; its file is held.</summary>
    public void AddSource(Request* r)
    {
        _lock.Enter();
        _sources.Add(r);
        _lock.Exit();
        TellSourceIsReady();
    }

    /// <summary>A LEVEL poll is about to end; afterwards its file is not touched here.</summary>
    public void RemoveSource(Request* r)
    {
        _lock.Enter();
        _sources.Remove(r);
        _lock.Exit();
    }

    /// <summary>A source has become ready, or more so: who waits looks, and the eventfd is signalled.</summary>
    public void TellSourceIsReady()
    {
        _lock.Enter();
        _sourceNews++;
        var roused = _waiters.TakeReady(0, !_copying, everybody: true);
        var signal = SignalOfPass();
        _lock.Exit();
        AfterPass(signal, roused);
    }

    // Bytes of readings that could be had now, at most room, and the news that this look has seen.
    private ulong CountReadings(ulong room, out uint news)
    {
        _lock.Enter();
        news = _sourceNews;
        _lock.Exit();
        return _sources.Count == 0 ? 0 : (ulong)Readings(0, room, isCopied: false);
    }

    // Copies readings behind what was taken: the bytes of both, or -EFAULT where there is nothing.
    private long WithReadings(ulong events, ulong bytes, ulong taken)
    {
        if (_sources.Count == 0)
        {
            return (long)taken;
        }

        var copied = Readings(events + taken, bytes - taken, isCopied: true);
        return taken != 0 ? (long)taken + Math.Max(copied, 0) : copied;
    }

    // Each source is asked once; where readings are copied it is then the turn of the one behind the last served.
    private long Readings(ulong at, ulong room, bool isCopied)
    {
        var found = stackalloc IoEvent2[SourcesAtOnce];
        var ids = stackalloc ulong[SourcesAtOnce];
        long total = 0, fault = 0;
        ulong served = 0;
        int left = _sources.Count, place = 0, asked = 1;
        while (left > 0 && asked != 0 && fault == 0 && room - (ulong)total >= IoEvent2.SizeOf)
        {
            var wanted = (int)Math.Min((room - (ulong)total) / IoEvent2.SizeOf, SourcesAtOnce);
            asked = Ask(place, Math.Min(left, SourcesAtOnce), wanted, found, ids, out var ready);
            left -= asked;
            place += asked;
            fault = isCopied ? Kernel.Memory.CopyOut(at + (ulong)total, found, (nuint)(ready * IoEvent2.SizeOf)) : 0;
            var copied = fault == 0 ? ready : CopyUpToFault(at + (ulong)total, found, ready);
            if (copied != 0)
            {
                served = ids[copied - 1];
                total += copied * IoEvent2.SizeOf;
            }
        }

        if (isCopied && total != 0)
        {
            _lock.Enter();
            _sources.Served(served, place);
            _lock.Exit();
        }

        return total != 0 ? total : fault;
    }

    // Readings that can be written before the fault: those are taken, as events are (GET-4).
    private int CopyUpToFault(ulong at, IoEvent2* readings, int count)
    {
        var copied = 0;
        while (copied < count && Kernel.Memory.CopyOut(at + (ulong)(copied * IoEvent2.SizeOf), readings + copied, IoEvent2.SizeOf) == 0)
        {
            copied++;
        }

        return copied;
    }

    // Asks some sources from a place on: how many. Of those that are ready at most so many as are wanted are told.
    private int Ask(int place, int most, int wanted, IoEvent2* found, ulong* ids, out int ready)
    {
        var files = stackalloc HeldFile*[SourcesAtOnce];
        var polls = stackalloc Pollfd[SourcesAtOnce];
        var userData = stackalloc ulong[SourcesAtOnce];
        var numbers = stackalloc ulong[SourcesAtOnce];
        var count = 0;
        _lock.Enter();
        most = Math.Min(most, _sources.Count);
        for (var r = most == 0 ? null : _sources.At(place); count < most; r = _sources.After(r))
        {
            HeldFile.AddReference(r->File);
            files[count] = r->File;
            polls[count] = new Pollfd { Fd = r->File->Fd, Events = (short)Request.Iocb(r)->Len };
            userData[count] = Request.Iocb(r)->UserData;
            numbers[count++] = r->Id;
        }

        _lock.Exit();
        ready = 0;
        _ = count == 0 ? 0 : Libc.Poll(polls, (nuint)count, 0);
        var asked = 0;
        for (var i = 0; i < count; i++)
        {
            if (ready < wanted)
            {
                asked++;
                if (polls[i].Returned != 0)
                {
                    found[ready] = new IoEvent2
                    {
                        Bytes = IoEvent2.SizeOf, Flags = Aio2EventFlags.Level, UserData = userData[i], Res = (ushort)polls[i].Returned,
                    };
                    ids[ready++] = numbers[i];
                }
            }

            HeldFile.Release(files[i]);
        }

        return asked;
    }
}
