using AioV2.Abi;
using AioV2.Kernel.Attributes;
using AioV2.Kernel.Engines.Calls;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Requests;

/// <summary>The steps of a request's life that an engine passes through, with the attributes' work in them.</summary>
internal static unsafe class RequestHooks
{
    /// <summary>The request is accepted: its attributes are told.</summary>
    public static void AtSubmit(Request* r, DescriptorEntry* file)
    {
        if (r->AttributeCount == 0)
        {
            return;
        }

        var walk = new AttributeWalk(r);
        while (walk.MoveNext())
        {
            walk.Handler?.AtSubmit(r, walk.Payload(), walk.Return, file);
        }
    }

    /// <summary>Moves the request from Queued to Running and does the attributes' work at issue; false, if it was cancelled
    /// first: then it ends with <c>-ECANCELED</c>.</summary>
    public static bool TryBegin(Request* r, int fd)
    {
        if (Interlocked.CompareExchange(ref r->State, (int)RequestState.Running, (int)RequestState.Queued) != (int)RequestState.Queued)
        {
            return false;
        }

        NoteIssue(r);
        AtIssue(r, fd);
        return true;
    }

    /// <summary>An engine begins the request: of a recorded one the time is noted, once.</summary>
    public static void NoteIssue(Request* r)
    {
        if (r->TraceIssued < 0)
        {
            r->TraceIssued = MonotonicClock.Now;
        }
    }

    /// <summary>The attributes' work at issue, for a request that nobody else can see yet.</summary>
    public static void AtIssue(Request* r, int fd)
    {
        if ((r->Traits & (RequestTraits.HooksAtIssue | RequestTraits.HooksInEngine)) == 0)
        {
            return;
        }

        var walk = new AttributeWalk(r);
        while (walk.MoveNext())
        {
            walk.Handler?.AtIssue(r, walk.Payload(), walk.Return, fd);
        }
    }

    /// <summary>Its result is decided: completes the event image. Called once, by whoever ends the request, without a lock
    /// of an engine.</summary>
    public static void AtComplete(Request* r)
    {
        if (r->Res == -Errno.ECANCELED && r->CancelErrno != 0)
        {
            r->Res = -r->CancelErrno;
        }

        Request.Event(r)->Res = r->Res;
        if (r->Opcode == Aio2Op.Syscall && CallBlock.Of(r) is var block && block != null)
        {
            block->Release();
        }

        if ((r->Traits & RequestTraits.HooksAtComplete) == 0)
        {
            return;
        }

        var walk = new AttributeWalk(r);
        while (walk.MoveNext())
        {
            walk.Handler?.AtComplete(r, walk.Payload(), walk.Return);
        }
    }
}
