using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Attributes;

/// <summary>CACHE: what the page cache held, measured by a first non-blocking attempt (ATTR-7, design §5).</summary>
/// <remarks>
/// <para>To keep it from becoming a side channel it answers only a caller that owns the file or may write it: the rule
/// that mincore has had since Linux 5.2. O_DIRECT passes the cache by: <c>-EOPNOTSUPP</c>, as where the file takes no
/// non-blocking read. tmpfs is always resident.</para>
/// <para>The attempt is part of the transfer: the engine goes on behind <see cref="Request.Transferred"/>.</para></remarks>
internal sealed unsafe class CacheHandler() : AttributeHandler(Aio2AttrType.Cache)
{
    // Between submit and completion the return's status says what the attempt may do.
    private const int Permitted = 0, Resident = 1;

    public override RequestTraits Hooks => RequestTraits.HooksAtIssue | RequestTraits.HooksAtComplete;

    public override void AtSubmit(Request* r, byte* payload, Aio2AttrRet* ret, int userFd)
    {
        if (ret == null || (r->Traits & RequestTraits.Direct) != 0 || (r->Traits & RequestTraits.Seekable) == 0)
        {
            return;
        }

        ret->Status = MayAsk(r, userFd) ? Permitted : -Errno.EPERM;
        if (ret->Status == Permitted && Libc.Fstatfs(userFd, out var fs) == 0 && fs.Type == Statfs.Tmpfs)
        {
            ret->Status = Resident;
        }
    }

    public override void AtIssue(Request* r, byte* payload, Aio2AttrRet* ret, int fd)
    {
        if (ret == null || ret->Status != Permitted)
        {
            return;
        }

        var got = Libc.Preadv2(fd, Request.Segments(r), r->SegmentCount, r->Offset, (int)r->RwFlags | Libc.RWF_NOWAIT);
        if (got > 0)
        {
            r->Transferred = (ulong)got;
            ((Aio2RetCache*)(ret + 1))->Bytes = (ulong)got;
        }
        else if (got == -Errno.EOPNOTSUPP)
        {
            ret->Status = -Errno.EOPNOTSUPP;
        }
    }

    public override void AtComplete(Request* r, byte* payload, Aio2AttrRet* ret)
    {
        if (ret == null || ret->Status < 0)
        {
            return;
        }

        var answer = (Aio2RetCache*)(ret + 1);
        if (r->Res < 0)
        {
            // Nothing was transferred, so there is nothing to tell of it.
            *answer = default;
            ret->Status = (int)r->Res;
            return;
        }

        answer->Bytes = ret->Status == Resident ? (ulong)r->Res : Math.Min(answer->Bytes, (ulong)r->Res);
        ret->Status = 0;
        answer->State = answer->Bytes == (ulong)r->Res ? Aio2CacheState.Hit
            : answer->Bytes == 0 ? Aio2CacheState.Miss : Aio2CacheState.Partial;
    }

    private static bool MayAsk(Request* r, int userFd) =>
        (r->Traits & RequestTraits.Writable) != 0
        || (Libc.Statx(userFd, Statx.BasicStats, out var stat) == 0 && stat.Uid == Libc.GetEuid())
        || Libc.MayWrite(userFd);
}
