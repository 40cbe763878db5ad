using AioV2.Abi;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

/// <remarks>
/// <para>The event with MORE of a MULTI poll has a block of its own beside the request's, taken with the slot (SUBMIT-8). Its
/// state, under the lock:</para>
/// <code>
///            no room in the ring            taken off the list
///   Free ─────────────────────────► Done ─────────────────────► Running
///    ▲  (in the ring: stays Free)    ▲ edges are or-ed in           │ edges are noted in the poll
///    │                               └──── put back, or edges ──────┤
///    └──────────────────────────────────── delivered ───────────────┘
/// </code>
/// The final event is posted behind it, and waits where noted edges are still to be posted.</remarks>
internal sealed unsafe partial class Context
{
    /// <summary>An edge of a MULTI poll that has not ended. From the thread that ends it.</summary>
    public void PostEdges(Request* r, uint edges)
    {
        Waiter* roused = null;
        EventFdSignal? signal = null;
        _lock.Enter();
        Drain();
        var more = PollState.Of(r)->More;
        switch ((RequestState)more->State)
        {
            case RequestState.Done:
                Request.Event(more)->Res |= edges;
                break;
            case RequestState.Running:
                r->Edges |= (ushort)edges;
                break;
            default:
                Request.Event(more)->Res = edges;
                PublishPosted(PostMore(more) ? 0u : 1u);
                roused = WakeReady();
                signal = SignalOfPass();
                break;
        }

        if (_trace is not null)
        {
            TraceRing();
        }

        _lock.Exit();
        AfterPass(signal, roused);
    }

    // At admission, behind Fill: the second block.
    private static void PrepareMore(Request* r, Request* more)
    {
        var sizeClass = more->SizeClass;
        *more = new Request
        {
            Owner = r->Owner,
            State = (int)RequestState.Free,
            Traits = RequestTraits.More,
            EventBytes = IoEvent2.SizeOf,
            SizeClass = sizeClass,
            EnginePrevious = r,
        };
        *Request.Event(more) = new IoEvent2
        {
            Bytes = IoEvent2.SizeOf,
            Flags = Aio2EventFlags.More,
            UserData = Request.Iocb(r)->UserData,
        };
        *PollState.Of(r) = new PollState { More = more };
    }

    // True: it is in the ring (not yet published). False: on the list.
    private bool PostMore(Request* more)
    {
        if (_list.IsEmpty && !_moving && TryPut(more))
        {
            return true;
        }

        more->State = (int)RequestState.Done;
        _list.Append(more);
        return false;
    }

    // The final event of a poll with noted edges: true, if it has to wait for them.
    private static bool MustWaitForEdges(Request* r)
    {
        if ((r->Traits & RequestTraits.HasMore) == 0 || r->Edges == 0)
        {
            return false;
        }

        r->State = (int)RequestState.Done;
        r->FinalWaits = 1;
        return true;
    }

    // One of the two blocks of a MULTI poll is delivered. The other may still be on its way.
    private void FreeMulti(Request* r)
    {
        if ((r->Traits & RequestTraits.More) == 0)
        {
            var more = PollState.Of(r)->More;
            more->EnginePrevious = null;
            if (more->State == (int)RequestState.Free)
            {
                _slab.Return(more);
            }

            r->Traits &= ~RequestTraits.HasMore;
            Free(r);
            return;
        }

        r->State = (int)RequestState.Free;
        if (r->EnginePrevious == null)
        {
            _slab.Return(r);
        }
    }

    private static bool HasNotedEdges(Request* r) =>
        (r->Traits & RequestTraits.More) != 0 && r->EnginePrevious != null && r->EnginePrevious->Edges != 0;

    // After a copy: an event with MORE that is back on the list, or idle, takes the edges that were noted meanwhile.
    private void PostNotedEdges(Request* more, bool isBack)
    {
        var r = more->EnginePrevious;
        if (isBack)
        {
            more->State = (int)RequestState.Done;
            Request.Event(more)->Res |= r->Edges;
        }
        else if (r->Edges != 0)
        {
            Request.Event(more)->Res = r->Edges;
            more->State = (int)RequestState.Done;
            _list.Append(more);
        }

        r->Edges = 0;
        if (r->FinalWaits != 0)
        {
            r->FinalWaits = 0;
            _list.Append(r);
        }
    }

    /// <summary>For tests, which stop a copy half way: how the oldest MULTI poll's event with MORE stands.</summary>
    public (long OnList, bool IsTaken, long Noted, bool FinalWaits) LookAtMulti()
    {
        using (_lock.EnterScope())
        {
            var r = _outstanding.Oldest;
            while (r != null && (r->Traits & RequestTraits.HasMore) == 0)
            {
                r = r->NewerOutstanding;
            }

            if (r == null)
            {
                return default;
            }

            var poll = PollState.Of(r);
            var state = (RequestState)poll->More->State;
            var onList = state == RequestState.Done ? Request.Event(poll->More)->Res : 0;
            return (onList, state == RequestState.Running, r->Edges, r->FinalWaits != 0);
        }
    }
}
