using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Model;

/// <summary>What an accepted iocb's event may say: the result, and whether it must come by itself.</summary>
internal static class RequestRules
{
    private const long MostAtOnce = 0x7ffff000;
    private const long PollIn = 1, PollOut = 4;

    /// <summary>Makes the request of a valid iocb.</summary>
    public static ModelRequest Make(in Iocb2 iocb, OpInfo op, IReadOnlyList<ExpectedReturn> returns, bool expires, ModelWorld world)
    {
        var kind = op.Uses.HasFlag(IocbFields.Fd) ? ModelWorld.KindOf(iocb.Fd) : FdKind.Closed;
        bool pipeRead = kind == FdKind.PipeRead && (op.Direction == DataDirection.Read || op.Opcode == Aio2Op.Poll);
        var request = new ModelRequest
        {
            UserData = iocb.UserData,
            Flags = iocb.Flags,
            Op = op,
            Returns = returns,
            Fd = op.Uses.HasFlag(IocbFields.Fd) ? iocb.Fd : -1,
            Pipe = pipeRead ? iocb.Fd - WorldLayout.PipeRead : -1,
            WritesMeta = op.Direction == DataDirection.Read && WritesMeta(iocb, op, world),
            Length = op.Direction == DataDirection.None ? 0 : op.Vectored ? VectorLength(iocb, world) : (long)Math.Min(iocb.Len, (ulong)MostAtOnce),
        };
        if (iocb.Flags != 0 || kind is FdKind.Unknown or FdKind.Eventfd or FdKind.PipeWrite || op.Opcode == Aio2Op.Syscall)
        {
            Open(request);
            return request;
        }

        switch (op.Direction)
        {
            case DataDirection.Read when request.Pipe >= 0:
                ReadPipe(request, iocb, world);
                break;
            case DataDirection.Read or DataDirection.Write:
                Transfer(request, iocb, op, kind, world);
                break;
            default:
                Other(request, iocb, op, kind, world);
                break;
        }

        if (expires)
        {
            Expire(request, world);
        }

        return request;
    }

    /// <summary>A deadline that passes may end the request before, or after, anything else does.</summary>
    private static void Expire(ModelRequest request, ModelWorld world)
    {
        request.Errnos.Add(Errno.ETIME);
        if (request.Pipe >= 0)
        {
            Open(request);
            world.PipeOpen[request.Pipe] = true;
        }
    }

    private static void Open(ModelRequest request)
    {
        request.Completion = Completion.Open;
        request.AnyResult = true;
    }

    private static bool WritesMeta(in Iocb2 iocb, OpInfo op, ModelWorld world)
    {
        static bool Meets(ulong address, ulong length) => length > 0 && address < WorldLayout.Meta + WorldLayout.MetaBytes && address + length > WorldLayout.Meta;
        bool meets = !op.Vectored && Meets(iocb.Addr, iocb.Len);
        for (ulong i = 0; op.Vectored && i < iocb.Len && !meets; i++)
        {
            // An array that is not known may name anything.
            meets = world.Segment(iocb.Addr + i * Aio2Vec.SizeOf) is not { } segment || Meets(segment.Base, segment.Length);
        }

        return meets;
    }

    private static long VectorLength(in Iocb2 iocb, ModelWorld world)
    {
        ulong total = 0;
        for (ulong i = 0; i < iocb.Len; i++)
        {
            if (world.Segment(iocb.Addr + i * Aio2Vec.SizeOf) is not { } segment)
            {
                return MostAtOnce;
            }

            total += Math.Min(segment.Length, MostAtOnce);
        }

        return (long)Math.Min(total, MostAtOnce);
    }

    private static void ReadPipe(ModelRequest request, in Iocb2 iocb, ModelWorld world)
    {
        if (request.Length == 0 || Buffers(iocb, request.Op, world) != Buffer.Good || iocb.RwFlags != 0 || world.PipeOpen[request.Pipe])
        {
            // Whether a read of nothing waits, and what a fault takes from a pipe, differs by engine.
            Open(request);
            world.PipeOpen[request.Pipe] = true;
            return;
        }

        long there = world.PipeBytes[request.Pipe];
        request.Completion = there > 0 ? Completion.Certain : Completion.Blocked;
        request.ResultMin = there > 0 ? Math.Min(there, request.Length) : 1;
        request.ResultMax = request.ResultMin;
    }

    private static void Transfer(ModelRequest request, in Iocb2 iocb, OpInfo op, FdKind kind, ModelWorld world)
    {
        request.Completion = Completion.Certain;
        var buffer = Buffers(iocb, op, world);
        bool exact = buffer == Buffer.Good && iocb.RwFlags == 0 && iocb.Offset >= 0;
        bool read = op.Direction == DataDirection.Read;
        if (read && kind == FdKind.ReadFile && exact)
        {
            request.ResultMin = request.ResultMax = Math.Clamp(WorldLayout.FileBytes - iocb.Offset, 0, request.Length);
            return;
        }

        bool small = iocb.Offset <= WorldLayout.FileBytes && request.Length <= WorldLayout.FileBytes;
        request.ResultMax = request.Length;
        request.ResultMin = !read && exact && small ? request.Length : 0;
        if (buffer != Buffer.Good)
        {
            request.Errnos.Add(Errno.EFAULT);
            if (buffer == Buffer.Bad && request.Length > 0)
            {
                // Nothing is there to transfer from or to; at or past the end of the file 0 comes first.
                (request.ResultMin, request.ResultMax) = read ? (0, iocb.Offset is >= 0 and < WorldLayout.FileBytes && kind == FdKind.ReadFile ? -1 : 0) : (0, -1);
            }
        }

        if (iocb.RwFlags != 0)
        {
            request.Errnos.AddRange([Errno.EAGAIN, Errno.EOPNOTSUPP, Errno.EINVAL]);
        }

        if (!small)
        {
            request.Errnos.AddRange([Errno.EFBIG, Errno.EINVAL, Errno.EOVERFLOW, Errno.ENOSPC]);
        }
    }

    private static void Other(ModelRequest request, in Iocb2 iocb, OpInfo op, FdKind kind, ModelWorld world)
    {
        request.Completion = Completion.Certain;
        bool file = kind is FdKind.ReadFile or FdKind.WriteFile or FdKind.BothFile;
        switch (op.Opcode)
        {
            case Aio2Op.Poll when file:
                request.ResultMin = request.ResultMax = (long)iocb.Len & (PollIn | PollOut);
                // Other bits that Linux reports for a file (RDNORM, WRNORM) depend on what was asked.
                request.AnyResult = (iocb.Len & ~(ulong)(PollIn | PollOut)) != 0;
                request.Completion = request.ResultMax != 0 ? Completion.Certain : Completion.Open;
                break;
            case Aio2Op.Poll when request.Pipe >= 0:
                bool ready = world.PipeBytes[request.Pipe] > 0;
                request.AnyResult = iocb.Len != (ulong)PollIn || world.PipeOpen[request.Pipe];
                request.ResultMin = request.ResultMax = PollIn;
                request.Completion = request.AnyResult ? Completion.Open : ready ? Completion.Certain : Completion.Blocked;
                break;
            case Aio2Op.Fsync or Aio2Op.Fdsync when !file:
                request.Errnos.Add(Errno.EINVAL);
                request.ResultMax = -1;
                break;
        }
    }

    private enum Buffer
    {
        Good,
        Partly,
        Bad,
    }

    private static Buffer Buffers(in Iocb2 iocb, OpInfo op, ModelWorld world)
    {
        bool write = op.Direction == DataDirection.Read;
        if (!op.Vectored)
        {
            return One(iocb.Addr, iocb.Len, write);
        }

        var worst = Buffer.Good;
        for (ulong i = 0; i < iocb.Len; i++)
        {
            if (world.Segment(iocb.Addr + i * Aio2Vec.SizeOf) is not { } segment || One(segment.Base, segment.Length, write) != Buffer.Good)
            {
                // Segments before a bad one may have been served.
                worst = Buffer.Partly;
            }
        }

        return worst;
    }

    private static Buffer One(ulong address, ulong length, bool write) =>
        // Linux looks at the address of an empty segment too, but only at whether user space can have it.
        length == 0 ? (address >> 47 == 0 ? Buffer.Good : Buffer.Partly)
        : WorldLayout.Room(address, write) >= length ? Buffer.Good
        : WorldLayout.SurelyBad(address) ? Buffer.Bad
        : Buffer.Partly;
}
