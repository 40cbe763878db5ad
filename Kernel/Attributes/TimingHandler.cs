using AioV2.Abi;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Attributes;

/// <summary>TIMING: when the request was accepted, begun and decided, CLOCK_MONOTONIC ns (ATTR-7).</summary>
/// <remarks>A request that ends without having been begun (cancelled while queued) was never issued: its issue stamp is that
/// of its completion, so that submit ≤ issue ≤ complete holds always. One that the attempt inside submit has ended was
/// begun when it was accepted, and accepted when the one before it had ended so: one reading serves where no work lies between.</remarks>
internal sealed unsafe class TimingHandler() : AttributeHandler(Aio2AttrType.Timing)
{
    public override RequestTraits Hooks => RequestTraits.HooksInEngine | RequestTraits.HooksAtComplete;

    public override bool KnowsHotReads => true;

    public override bool TimesHotReads => true;

    public override void AtSubmit(Request* r, byte* payload, Aio2AttrRet* ret, DescriptorEntry* file)
    {
        if (r->SubmitTime == 0)
        {
            r->SubmitTime = Now(r);
        }
    }

    public override void AtIssue(Request* r, byte* payload, Aio2AttrRet* ret, int fd) => r->IssueTime = Now(r);

    public override void AtComplete(Request* r, byte* payload, Aio2AttrRet* ret)
    {
        if (ret == null)
        {
            return;
        }

        var now = Now(r);
        var isAttempt = r->Res >= 0 && (r->Traits & RequestTraits.Attempted) != 0;
        ret->Status = 0;
        *(Aio2RetTiming*)(ret + 1) = new Aio2RetTiming
        {
            Submit = (ulong)r->SubmitTime,
            Issue = (ulong)(r->IssueTime != 0 ? r->IssueTime : isAttempt ? r->SubmitTime : now),
            Complete = (ulong)now,
        };
        r->IssueTime = now;
    }

    public override void AtHotReads(in HotReads reads, byte* payload, Aio2AttrRet* ret)
    {
        for (var i = 0; i < reads.Count; i++, ret = reads.Next(ret))
        {
            var begun = (ulong)reads.Begun(i);
            *(Aio2RetTiming*)(ret + 1) = new Aio2RetTiming { Submit = begun, Issue = begun, Complete = (ulong)reads.Ended(i) };
        }
    }

    private static long Now(Request* r) => Context.Of(r).Kernel.Engine.Now;
}
