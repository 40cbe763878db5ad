using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Attributes;

/// <summary>WRITE_HINT: sets the inode's hint of how long its data will live, before the write is begun; the return says the
/// hint that the inode has then (ATTR-7).</summary>
/// <remarks>The kernel lets only the file's owner set it: else status <c>-EPERM</c>, and the write goes on.</remarks>
internal sealed unsafe class WriteHintHandler() : AttributeHandler(Aio2AttrType.WriteHint)
{
    // RWH_WRITE_LIFE_EXTREME of fcntl(2).
    private const ulong HintMax = 5;
    private const int F_GET_RW_HINT = 1035, F_SET_RW_HINT = 1036;

    public override RequestTraits Hooks => RequestTraits.HooksAtIssue;

    public override AttributeFault Validate(byte* payload, in OpInfo op) => ((Aio2AttrWriteHint*)payload)->Hint <= HintMax
        ? AttributeFault.None
        : new AttributeFault(Errno.EINVAL, Aio2Reason.PayloadValue);

    public override void AtSubmit(Request* r, byte* payload, Aio2AttrRet* ret, DescriptorEntry* file)
    {
        // What it says of a request that was cancelled before it began.
        if (ret != null)
        {
            ret->Status = -Errno.ECANCELED;
        }
    }

    public override void AtIssue(Request* r, byte* payload, Aio2AttrRet* ret, int fd)
    {
        var hint = ((Aio2AttrWriteHint*)payload)->Hint;
        var status = Libc.Fcntl(fd, F_SET_RW_HINT, (nint)(&hint));
        if (ret == null)
        {
            return;
        }

        ret->Status = status != 0 ? status : Libc.Fcntl(fd, F_GET_RW_HINT, (nint)(&hint));
        if (ret->Status == 0)
        {
            ((Aio2RetWriteHint*)(ret + 1))->Hint = hint;
        }
    }
}
