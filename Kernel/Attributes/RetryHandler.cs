using AioV2.Abi;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Attributes;

/// <summary>RETRY: short transfers continued, and attempts repeated after EINTR or EAGAIN (ATTR-7).</summary>
internal sealed unsafe class RetryHandler() : AttributeHandler(Aio2AttrType.Retry)
{
    public override RequestTraits Hooks => RequestTraits.HooksAtComplete;

    public override void AtComplete(Request* r, byte* payload, Aio2AttrRet* ret)
    {
        if (ret != null)
        {
            ret->Status = 0;
            *(Aio2RetRetry*)(ret + 1) = new Aio2RetRetry { Continued = r->Continued, Retried = r->Retried };
        }
    }
}
