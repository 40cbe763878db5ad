using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines;

/// <summary>Reads of what the page cache holds, made inside the call that submits them (design §5): faster than any hand-over.</summary>
/// <remarks>
/// <para>Never waits (SUBMIT-6). Only regular files; never O_DIRECT, where RWF_NOWAIT waits after all; never the file position,
/// whose lock another reader may hold. A blocking pread only on tmpfs, which is always resident and takes no RWF_NOWAIT,
/// and only as this call's look at the descriptor has shown it.</para>
/// <para>The attempt is CACHE's as well (<see cref="RequestTraits.Attempted"/>). Not for requests with attributes whose work at issue
/// must come before it: one that is refused would run them twice.</para></remarks>
internal static unsafe class InlineRead
{
    /// <summary>Bytes that are copied inside io_submit2 at most; a longer copy is the engine's work.</summary>
    public const ulong BytesMax = 256 * 1024;

    // An iocb's first word: bytes, flags and opcode.
    private const ulong PlainHead = Iocb2.SizeOf | ((ulong)Aio2Op.Pread << 48);

    /// <summary>Whether a record, of which the first <see cref="Iocb2.SizeOf"/> bytes are there, is a PREAD without flags and attributes, at
    /// a position of its own, that is short enough to be made inside a call.</summary>
    public static bool IsPlain(Iocb2* iocb) => *(ulong*)iocb == PlainHead && IsShort(iocb);

    /// <summary>Whether what a PREAD asks for is short enough for that, at a position of its own, and without RWF_*.</summary>
    public static bool IsShort(Iocb2* iocb) =>
        iocb->RwFlags == 0 && iocb->Len <= BytesMax && iocb->Offset >= 0 && iocb->Offset <= long.MaxValue - (long)BytesMax;

    /// <summary>Whether the request has ended. If not, what was moved stands in <see cref="Request.Transferred"/>, and the
    /// engine goes on behind it.</summary>
    public static bool TryEnd(Request* r, int userFd)
    {
        if (!IsFit(r))
        {
            return false;
        }

        var isTmpfs = (r->Traits & RequestTraits.Tmpfs) != 0;
        var segments = Request.Segments(r);
        var got = isTmpfs && r->SegmentCount == 1 && r->RwFlags == 0
            ? Libc.Pread(userFd, (void*)segments->Base, (nuint)segments->Bytes, r->Offset)
            : isTmpfs ? Libc.Preadv2(userFd, segments, r->SegmentCount, r->Offset, (int)r->RwFlags)
            : Libc.PreadAtHand(userFd, segments, r->SegmentCount, r->Offset, (int)r->RwFlags);
        if (!isTmpfs && (got >= 0 || got == -Errno.EAGAIN))
        {
            r->Traits |= RequestTraits.Attempted;
        }

        if (got < 0)
        {
            // Not at hand, or an error: the engine meets that too, and tells it by its own rules.
            return false;
        }

        // All, or the end of the file: at its very start zero says so, behind that only another look would.
        r->Transferred = (ulong)got;
        r->Res = got;
        return (ulong)got == r->DataBytes || got == 0 || isTmpfs;
    }

    private static bool IsFit(Request* r)
    {
        const RequestTraits Asked = RequestTraits.Regular | RequestTraits.Direct | RequestTraits.NonBlocking | RequestTraits.HooksAtIssue
            | RequestTraits.Attempted;
        return (r->Traits & Asked) == RequestTraits.Regular
            && r->Opcode is Aio2Op.Pread or Aio2Op.Preadv
            && r->Offset >= 0
            && r->DataBytes <= BytesMax
            && (r->RwFlags & ~Aio2Rwf.Hipri) == 0;
    }
}
