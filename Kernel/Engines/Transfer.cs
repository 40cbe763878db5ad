using AioV2.Abi;
using AioV2.Kernel.Devices;
using AioV2.Kernel.Engines.Calls;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines;

/// <summary>The real calls behind PREAD, PWRITE and their vectored forms, FSYNC and FDSYNC.</summary>
/// <remarks>
/// <para>Short transfers. On a regular file or a block device a transfer goes on until all is moved, the end of the file, or
/// an error; an error behind the first byte ends it with the bytes moved, and the next request meets the error. On
/// anything else, and with RWF_NOWAIT or O_NONBLOCK, one call's result stands. EINTR is repeated.</para></remarks>
internal static unsafe class Transfer
{
    /// <summary>Whether one attempt's result is the request's, whatever it is.</summary>
    public static bool IsSingleAttempt(Request* r) =>
        (r->RwFlags & Aio2Rwf.Nowait) != 0 || (r->Traits & RequestTraits.NonBlocking) != 0;

    /// <summary>Runs a request to its end; may block.</summary>
    public static long Run(Request* r, int fd)
    {
        if ((r->Traits & RequestTraits.Protected) != 0)
        {
            return ProtectedTransfer.Run(r, fd);
        }

        if (r->Opcode == Aio2Op.Syscall)
        {
            return AllowList.Run(r);
        }

        if (r->Opcode is Aio2Op.Fsync or Aio2Op.Fdsync)
        {
            return Sync(r, fd);
        }

        var continues = (r->Traits & RequestTraits.Seekable) != 0 && !IsSingleAttempt(r);
        while (r->Transferred < r->DataBytes || r->Transferred == 0)
        {
            var moved = Attempt(r, fd, 0);
            if (moved < 0)
            {
                return r->Transferred != 0 ? (long)r->Transferred : moved;
            }

            r->Transferred += (ulong)moved;
            if (moved == 0 || !continues || r->Transferred == r->DataBytes)
            {
                break;
            }

            r->Continued++;
        }

        return (long)r->Transferred;
    }

    /// <summary>One call from where the transfer stands; EINTR is repeated. Bytes moved, or <c>-errno</c>.</summary>
    public static nint Attempt(Request* r, int fd, int extraFlags)
    {
        var segments = Request.Segments(r);
        int count = r->SegmentCount;
        var skip = r->Transferred;
        while (count > 1 && skip >= segments->Bytes)
        {
            skip -= segments->Bytes;
            segments++;
            count--;
        }

        // The first segment is shortened for the call and restored after it: CHECKSUM and PI read the list later.
        var whole = count != 0 ? *segments : default;
        if (skip != 0)
        {
            *segments = new Iovec { Base = whole.Base + skip, Bytes = whole.Bytes - skip };
        }

        var offset = r->Offset < 0 ? -1 : r->Offset + (long)r->Transferred;
        var moved = Call(r, fd, segments, count, offset, (int)r->RwFlags | extraFlags);
        if (skip != 0)
        {
            *segments = whole;
        }

        return moved;
    }

    private static nint Call(Request* r, int fd, Iovec* segments, int count, long offset, int flags)
    {
        while (true)
        {
            var moved = r->Opcode is Aio2Op.Pread or Aio2Op.Preadv
                ? Libc.Preadv2(fd, segments, count, offset, flags)
                : Libc.Pwritev2(fd, segments, count, offset, flags);
            if (moved != -Errno.EINTR)
            {
                return moved;
            }

            r->Retried++;
        }
    }

    private static long Sync(Request* r, int fd)
    {
        while (true)
        {
            var result = r->Opcode == Aio2Op.Fsync ? Libc.Fsync(fd) : Libc.Fdatasync(fd);
            if (result != -Errno.EINTR)
            {
                return result;
            }

            r->Retried++;
        }
    }
}
