using AioV2.Abi;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Attributes;

/// <summary>DEADLINE: past it the request is cancelled with <c>-ETIME</c>, or, if that is no longer possible, ends naturally
/// with status <c>-ETIME</c> (ATTR-7).</summary>
/// <remarks>One that has passed at submit ends the request before the engine sees it. Deadlines above 2^63-1 ns never come.</remarks>
internal sealed unsafe class DeadlineHandler() : AttributeHandler(Aio2AttrType.Deadline)
{
    public override RequestTraits Hooks => RequestTraits.HooksAtComplete;

    public override void AtSubmit(Request* r, byte* payload, Aio2AttrRet* ret, DescriptorEntry* file)
    {
        var at = ((Aio2AttrDeadline*)payload)->Ns;
        var armed = 0;
        if (HasPassed(r, payload))
        {
            r->CancelErrno = Errno.ETIME;
            _ = Interlocked.CompareExchange(ref r->State, (int)RequestState.Cancelled, (int)RequestState.Queued);
        }
        else if (at < DeadlineHeap.Never && r->Opcode != Aio2Op.Nop)
        {
            armed = Context.Of(r).Arm(r, (long)at);
        }

        if (ret != null)
        {
            ret->Status = armed;
        }
    }

    public override void AtComplete(Request* r, byte* payload, Aio2AttrRet* ret)
    {
        if (ret != null && ret->Status == 0 && (r->Res == -Errno.ETIME || HasPassed(r, payload)))
        {
            ret->Status = -Errno.ETIME;
        }
    }

    private static bool HasPassed(Request* r, byte* payload) =>
        ((Aio2AttrDeadline*)payload)->Ns <= (ulong)Context.Of(r).Kernel.Engine.Now;
}
