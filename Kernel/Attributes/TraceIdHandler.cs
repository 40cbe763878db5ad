using AioV2.Abi;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Attributes;

/// <summary>TRACE_ID: a trace context's id, echoed (ATTR-7).</summary>
internal sealed unsafe class TraceIdHandler() : AttributeHandler(Aio2AttrType.TraceId)
{
    public override bool KnowsHotReads => true;

    public override void AtSubmit(Request* r, byte* payload, Aio2AttrRet* ret, DescriptorEntry* file)
    {
        if (ret != null)
        {
            ret->Status = 0;
            Echo(payload, ret);
        }
    }

    public override void AtHotReads(in HotReads reads, byte* payload, Aio2AttrRet* ret)
    {
        for (var i = 0; i < reads.Count; i++, payload = reads.Next(payload), ret = reads.Next(ret))
        {
            Echo(payload, ret);
        }
    }

    private static void Echo(byte* payload, Aio2AttrRet* ret) => *(Aio2RetTraceId*)(ret + 1) = new Aio2RetTraceId
    {
        High = ((Aio2AttrTraceId*)payload)->High,
        Low = ((Aio2AttrTraceId*)payload)->Low,
    };
}
