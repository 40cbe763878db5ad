using AioV2.Abi;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Attributes;

/// <summary>PI: protection information, verified between user memory and a protected file (ATTR-8).</summary>
/// <remarks>The transfer itself is <see cref="Devices.ProtectedTransfer"/>'s, which fills in the first bad interval. On a file
/// that is not protected the return says <c>-EOPNOTSUPP</c>, as it was prefilled, and the transfer is an ordinary one.</remarks>
internal sealed unsafe class PiHandler() : AttributeHandler(Aio2AttrType.Pi)
{
    public override RequestTraits Hooks => RequestTraits.HooksAtComplete;

    public override AttributeFault Validate(byte* payload, in OpInfo op)
    {
        var asked = (Aio2AttrPi*)payload;
        return (asked->Flags & ~Aio2PiFlags.Known) == 0 && asked->Reserved == 0
            ? AttributeFault.None
            : new AttributeFault(Errno.EINVAL, Aio2Reason.PayloadValue);
    }

    public override void AtComplete(Request* r, byte* payload, Aio2AttrRet* ret)
    {
        if (ret != null && (r->Traits & RequestTraits.Protected) != 0)
        {
            ret->Status = (int)Math.Min(r->Res, 0);
        }
    }
}
