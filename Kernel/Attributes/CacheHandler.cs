using AioV2.Abi;
using AioV2.Kernel.Engines;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Attributes;

/// <summary>CACHE: what the page cache held, measured by a first non-blocking attempt (ATTR-7, design §5).</summary>
/// <remarks>
/// <para>To keep it from becoming a side channel it answers only a caller that owns the file or may write it: the rule
/// that mincore has had since Linux 5.2. O_DIRECT passes the cache by: <c>-EOPNOTSUPP</c>, as where the file takes no
/// non-blocking read. tmpfs is always resident.</para>
/// <para>The attempt is part of the transfer: the engine goes on behind <see cref="Request.Transferred"/>. Where submit has made
/// one already (<see cref="Engines.InlineRead"/>) there is no second: that one may have started readahead.</para></remarks>
internal sealed unsafe class CacheHandler() : AttributeHandler(Aio2AttrType.Cache)
{
    // Between submit and completion the return's status says what the attempt may do.
    private const int Permitted = 0, Resident = 1;

    public override RequestTraits Hooks => RequestTraits.HooksInEngine | RequestTraits.HooksAtComplete;

    public override bool KnowsHotReads => true;

    public override void AtSubmit(Request* r, byte* payload, Aio2AttrRet* ret, DescriptorEntry* file)
    {
        if (ret == null || (r->Traits & RequestTraits.Direct) != 0 || (r->Traits & RequestTraits.Seekable) == 0)
        {
            return;
        }

        ret->Status = !file->MayAskCache() ? -Errno.EPERM : (r->Traits & RequestTraits.Tmpfs) != 0 ? Resident : Permitted;
    }

    public override void AtIssue(Request* r, byte* payload, Aio2AttrRet* ret, int fd)
    {
        if (ret == null || ret->Status != Permitted)
        {
            return;
        }

        var answer = (Aio2RetCache*)(ret + 1);
        if ((r->Traits & RequestTraits.Attempted) != 0)
        {
            r->Traits &= ~RequestTraits.Attempted;
            answer->Bytes = r->Transferred;
            return;
        }

        var got = Libc.Preadv2(fd, Request.Segments(r), r->SegmentCount, r->Offset, (int)r->RwFlags | Libc.RWF_NOWAIT);
        if (got > 0)
        {
            r->Transferred = (ulong)got;
            answer->Bytes = (ulong)got;
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

        var isAll = ret->Status == Resident || (r->Traits & RequestTraits.Attempted) != 0;
        answer->Bytes = isAll ? (ulong)r->Res : Math.Min(answer->Bytes, (ulong)r->Res);
        ret->Status = 0;
        answer->State = answer->Bytes == (ulong)r->Res ? Aio2CacheState.Hit
            : answer->Bytes == 0 ? Aio2CacheState.Miss : Aio2CacheState.Partial;
    }

    // A block device's or a stream's answer is another.
    public override bool BeforeHotReads(int fd, scoped ref HotFile file, scoped ref DescriptorTable descriptors, Aio2AttrRet* ret)
    {
        if (!file.IsRegular(fd, ref descriptors, out var mayAskCache))
        {
            return false;
        }

        ret->Status = mayAskCache ? 0 : -Errno.EPERM;
        ((Aio2RetCache*)(ret + 1))->State = mayAskCache ? Aio2CacheState.Hit : 0;
        return true;
    }

    public override void AtHotReads(in HotReads reads, byte* payload, Aio2AttrRet* ret)
    {
        for (var i = 0; i < reads.Count; i++, ret = reads.Next(ret))
        {
            ((Aio2RetCache*)(ret + 1))->Bytes = ret->Status == 0 ? (ulong)reads.Bytes(i) : 0;
        }
    }
}
