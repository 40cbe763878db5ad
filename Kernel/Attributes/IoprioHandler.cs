using AioV2.Abi;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Attributes;

/// <summary>IOPRIO: the request's I/O priority, judged at submit as ioprio_set(2) judges it (ATTR-7).</summary>
/// <remarks>
/// <code>
///  15    13 12             3 2      0
///  +-------+----------------+-------+
///  | class | zero           | level |   class 0 none, 1 real-time, 2 best effort, 3 idle
///  +-------+----------------+-------+
/// </code>
/// <para>The real-time class needs CAP_SYS_NICE or CAP_SYS_ADMIN: <c>-EPERM</c>. The engine takes it from
/// <see cref="Request.Priority"/>. A stream has no queue of a device: <c>-EOPNOTSUPP</c>, as where the engine cannot.</para></remarks>
internal sealed unsafe class IoprioHandler() : AttributeHandler(Aio2AttrType.Ioprio)
{
    private const int ClassNone = 0, ClassRealTime = 1, ClassIdle = 3;
    private const int ClassShift = 13, DataMask = (1 << ClassShift) - 1, LevelMax = 7;

    public override RequestTraits Hooks => RequestTraits.HooksAtComplete;

    public override AttributeFault Validate(byte* payload, in OpInfo op)
    {
        var asked = (Aio2AttrIoprio*)payload;
        var data = asked->Ioprio & DataMask;
        var kind = asked->Ioprio >> ClassShift;
        if (kind > ClassIdle || data > LevelMax || (kind == ClassNone && data != 0) || asked->Reserved0 != 0 || asked->Reserved1 != 0)
        {
            return new AttributeFault(Errno.EINVAL, Aio2Reason.PayloadValue);
        }

        return kind == ClassRealTime && !Libc.HasCapability(Libc.CAP_SYS_NICE) && !Libc.HasCapability(Libc.CAP_SYS_ADMIN)
            ? new AttributeFault(Errno.EPERM, Aio2Reason.NotPermitted)
            : AttributeFault.None;
    }

    public override void AtSubmit(Request* r, byte* payload, Aio2AttrRet* ret, DescriptorEntry* file)
    {
        if ((r->Traits & RequestTraits.Seekable) != 0 && Context.Of(r).Kernel.Engine.TakesPriority(r->Opcode))
        {
            r->Priority = ((Aio2AttrIoprio*)payload)->Ioprio;
            SetStatus(ret, 0);
        }
    }

    public override void AtComplete(Request* r, byte* payload, Aio2AttrRet* ret)
    {
        if (r->Priority == Request.PriorityRefused)
        {
            SetStatus(ret, -Errno.EPERM);
        }
    }

    private static void SetStatus(Aio2AttrRet* ret, int status)
    {
        if (ret != null)
        {
            ret->Status = status;
        }
    }
}
