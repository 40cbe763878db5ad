using System.Diagnostics;
using AioV2.Abi;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

/// <remarks>Of a private or a CORRUPT ring io_getevents2 copies from the list itself, one call at a time: what it takes off keeps its
/// slots, and goes back where the copy faults (GET-4).</remarks>
internal sealed unsafe partial class Context
{
    private const int StageBytes = (int)Aio2.EventMax;

    // What a call has taken off the list: whole blocks, linked by Next, and behind them the front of a run that stays the list's first.
    private struct Chain
    {
        public Request* First;
        public Request* Part;

        public readonly Request* Oldest => First != null ? First : Part;

        public readonly Request* Behind(Request* r) => r == Part ? null : r->Next != null ? r->Next : Part;
    }

    private Look LookAtList(ulong room, ulong minBytes, bool force, out long result, out Chain chain)
    {
        chain = default;
        result = 0;
        if (_copying)
        {
            return Look.WaitTurn;
        }

        if (_list.IsEmpty || !(force || WaiterQueue.CanReturn(_list.EventBytes, room, minBytes)))
        {
            return force ? Look.Return : Look.Wait;
        }

        if (_list.First->EventBytes > room)
        {
            result = -Errno.EMSGSIZE;
            return Look.Return;
        }

        // What is taken keeps its slots until it is copied; others wait for their turn, so that a fault can put it back.
        chain = TakeChain(room);
        _copying = true;
        return Look.Copy;
    }

    private Chain TakeChain(ulong room)
    {
        var chain = default(Chain);
        Request* last = null;
        while (!_list.IsEmpty && _list.First->EventBytes <= room)
        {
            var r = _list.First;
            if ((r->Traits & RequestTraits.Run) != 0 && !TakeRun(r, room))
            {
                chain.Part = r;
                break;
            }

            room -= RequestQueue.BytesOf(r);
            _ = _list.TakeFirst();
            if (last == null)
            {
                chain.First = r;
            }

            last = r;
            if ((r->Traits & RequestTraits.More) != 0)
            {
                r->State = (int)RequestState.Running;
            }
        }

        if (last != null)
        {
            last->Next = null;
        }

        return chain;
    }

    // Marks what is to be copied of the list's first, a run. True: all of it, so that it is to leave the list.
    private bool TakeRun(Request* r, ulong room)
    {
        var run = NopRun.Of(r);
        run->Taken = (int)Math.Min((ulong)run->Count, room / IoEvent2.SizeOf);
        run->Copied = 0;
        if (run->Taken == run->Count)
        {
            return true;
        }

        _list.Shorten(run->Taken);
        return false;
    }

    // Copies a chain that was taken off the list; what cannot be copied goes back, in its place (GET-4).
    private long CopyChain(ulong events, Chain chain)
    {
        var stage = stackalloc byte[StageBytes];
        var left = chain.Oldest;
        Request* delivered = null;
        ulong total = 0;
        var faulted = false;
        while (left != null && !faulted)
        {
            var staged = StageEvents(chain, left, stage);
            var copied = Kernel.Memory.CopyOutPrefix(events + total, stage, (nuint)staged);
            faulted = copied != (nuint)staged;
            left = PassCopied(chain, left, (int)copied, ref delivered, ref total);
        }

        EndCopy(left == chain.Part ? null : left, delivered, chain.Part);
        return total != 0 ? (long)total : faulted ? -Errno.EFAULT : 0;
    }

    // Whole events from a block on, as many as the stage holds: their bytes.
    private static int StageEvents(in Chain chain, Request* r, byte* stage)
    {
        var staged = 0;
        for (; r != null && r->EventBytes <= StageBytes - staged; r = chain.Behind(r))
        {
            if ((r->Traits & RequestTraits.Run) == 0)
            {
                Buffer.MemoryCopy(Request.Event(r), stage + staged, r->EventBytes, r->EventBytes);
                staged += r->EventBytes;
                continue;
            }

            var run = NopRun.Of(r);
            var count = Math.Min(run->Taken - run->Copied, (StageBytes - staged) / IoEvent2.SizeOf);
            NopRun.Write(r, run->Copied, count, (IoEvent2*)(stage + staged));
            staged += count * IoEvent2.SizeOf;
            if (run->Copied + count != run->Taken)
            {
                break;
            }
        }

        return staged;
    }

    // Passes what was copied, as far as it is whole: the block to go on with, or null. Blocks of which nothing is left are delivered.
    private static Request* PassCopied(in Chain chain, Request* r, int copied, ref Request* delivered, ref ulong total)
    {
        while (r != null && r->EventBytes <= copied)
        {
            var bytes = (int)r->EventBytes;
            if ((r->Traits & RequestTraits.Run) != 0)
            {
                var run = NopRun.Of(r);
                var count = Math.Min(run->Taken - run->Copied, copied / IoEvent2.SizeOf);
                run->Copied += count;
                bytes *= count;
            }

            copied -= bytes;
            total += (ulong)bytes;
            if ((r->Traits & RequestTraits.Run) != 0 && NopRun.Of(r)->Copied != NopRun.Of(r)->Taken)
            {
                break;
            }

            var behind = chain.Behind(r);
            if (r != chain.Part)
            {
                r->Next = delivered;
                delivered = r;
            }

            r = behind;
        }

        return r;
    }

    private void EndCopy(Request* back, Request* delivered, Request* part)
    {
        EventFdSignal? signal = null;
        _lock.Enter();
        while (delivered != null)
        {
            var r = delivered;
            delivered = r->Next;
            if (HasNotedEdges(r))
            {
                PostNotedEdges(r, isBack: false);
                signal ??= SignalOfPass();
                continue;
            }

            Free(r);
        }

        Debug.Assert(_copying, "only the call whose turn it is ends it");
        _copying = false;
        if (part != null)
        {
            PutPartBack(part);
        }

        if (back != null)
        {
            PutBack(back);
        }
        else if (_list.IsEmpty)
        {
            _ring?.ClearOverflow();
        }

        if (_trace is not null)
        {
            TraceRing();
        }

        var roused = WakeReady();
        _lock.Exit();
        AfterPass(signal, roused);
    }

    // Of the front of the list's first, a run, what was not copied counts among the list's events again.
    private void PutPartBack(Request* part)
    {
        var run = NopRun.Of(part);
        _list.EventBytes += (ulong)(run->Taken - run->Copied) * IoEvent2.SizeOf;
        run->Taken = 0;
        FreeNops(part, run->Copied);
    }

    private void PutBack(Request* back)
    {
        if ((back->Traits & RequestTraits.Run) != 0)
        {
            FreeNops(back, NopRun.Of(back)->Copied);
        }

        ulong bytes = 0;
        var last = back;
        for (var r = back; r != null; r = r->Next)
        {
            bytes += RequestQueue.BytesOf(r);
            last = r;
            if ((r->Traits & RequestTraits.More) != 0)
            {
                PostNotedEdges(r, isBack: true);
            }
        }

        _list.PutBack(back, last, bytes);
    }
}
