using AioV2.Abi;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Attributes;

/// <summary>ACCOUNT: charges the request, and the bytes that it moved, to a tag; PROBE tells the totals (ATTR-7, PROBE-1).</summary>
/// <remarks>Charged before the event is visible, so that who has reaped it finds it in the totals. A tag beyond
/// AIO2_ACCOUNT_TAGS_MAX: status <c>-ENOSPC</c>, and nothing is charged.</remarks>
internal sealed unsafe class AccountHandler() : AttributeHandler(Aio2AttrType.Account)
{
    public override RequestTraits Hooks => RequestTraits.HooksAtComplete;

    public override void AtSubmit(Request* r, byte* payload, Aio2AttrRet* ret, DescriptorEntry* file)
    {
        var status = Context.Of(r).Kernel.Accounts.Open(((Aio2AttrAccount*)payload)->Tag);
        if (ret != null)
        {
            ret->Status = status;
        }
    }

    public override void AtComplete(Request* r, byte* payload, Aio2AttrRet* ret)
    {
        var direction = Aio2Catalog.Ops[r->Opcode].Direction;
        var bytes = Math.Max(r->Res, 0);
        Context.Of(r).Kernel.Accounts.Charge(
            ((Aio2AttrAccount*)payload)->Tag,
            direction == DataDirection.Read ? bytes : 0,
            direction == DataDirection.Write ? bytes : 0);
    }
}
