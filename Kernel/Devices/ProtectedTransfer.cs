using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Attributes;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Devices;

/// <summary>Runs a request on a protected file to its end: reads with PI, all writes, FSYNC and FDSYNC (ATTR-8). May block.</summary>
/// <remarks>
/// <para>Data and tuples of the user are copied once into a <see cref="ProtectedBlock"/>; what was verified there is what is
/// stored, whatever the user does to its buffers meanwhile. A write that takes several blocks is verified as a whole first,
/// so that a mismatch leaves nothing written, and each block once more as it is stored.</para>
/// <para>Type 1 stores the interval's address as reference tag: the request's numbering, from its seed, is remapped on the
/// way, as Linux does between a partition and its disk. Types 2 and 3 are stored as they come.</para></remarks>
internal unsafe ref struct ProtectedTransfer
{
    private readonly Request* _request;
    private readonly UserMemory _memory;
    private readonly ProtectedFile _file;
    private readonly PiFormat _format;
    private readonly ulong _first;
    private readonly ulong _count;
    private Aio2AttrPi _pi;
    private Aio2RetPi* _answer;
    private bool _hasPi;
    private ProtectedBlock _block;

    private ProtectedTransfer(Request* r, in ProtectedFile file, ulong first, ulong count)
    {
        _request = r;
        _memory = Context.Of(r).Kernel.Memory;
        _file = file;
        _format = file.Format;
        _first = first;
        _count = count;
        var walk = new AttributeWalk(r);
        while (walk.MoveNext())
        {
            if (walk.Handler?.Info.Type == Aio2AttrType.Pi)
            {
                _hasPi = true;
                _pi = *(Aio2AttrPi*)walk.Payload();
                _answer = walk.Return == null ? null : (Aio2RetPi*)(walk.Return + 1);
            }
        }
    }

    /// <summary>Bytes moved, a multiple of the interval, or <c>-errno</c>.</summary>
    public static long Run(Request* r, int fd)
    {
        if ((r->RwFlags & Aio2Rwf.Nowait) != 0)
        {
            // The range's lock may have to be waited for.
            return -Errno.EAGAIN;
        }

        var isWrite = r->Opcode is Aio2Op.Pwrite or Aio2Op.Pwritev;
        if (ProtectedFile.Open(fd, isWrite, out var file, out var error) != ProtectionFault.None)
        {
            return error;
        }

        var result = r->Opcode is Aio2Op.Fsync or Aio2Op.Fdsync
            ? file.Sync(dataOnly: r->Opcode == Aio2Op.Fdsync)
            : Move(r, file, isWrite);
        file.Close();
        return result;
    }

    private static long Move(Request* r, in ProtectedFile file, bool isWrite)
    {
        // Judged at submit already; the file may have been formatted anew since.
        var interval = (ulong)file.Format.IntervalBytes;
        if (r->Offset < 0 || (ulong)r->Offset % interval != 0 || r->DataBytes % interval != 0)
        {
            return -Errno.EINVAL;
        }

        // A device's end is where appending would begin, and there is nothing behind it.
        var appends = isWrite && ((r->RwFlags & Aio2Rwf.Append) != 0 || (Libc.FcntlGetFlags(file.DataFd) & Libc.O_APPEND) != 0);
        var first = appends ? file.Intervals : (ulong)r->Offset / interval;
        var wanted = r->DataBytes / interval;
        if (wanted == 0 || first >= file.Intervals)
        {
            return wanted != 0 && isWrite ? -Errno.ENOSPC : 0;
        }

        var transfer = new ProtectedTransfer(r, file, first, Math.Min(wanted, file.Intervals - first));
        if (transfer._hasPi && transfer._pi.Len / (ulong)file.Format.MetadataBytes < wanted)
        {
            return -Errno.EINVAL;
        }

        transfer._block = new ProtectedBlock(file.Format, transfer._count);
        var moved = isWrite ? transfer.Write() : transfer.Read();
        transfer._block.Free();
        return moved < 0 ? moved : moved * (long)interval;
    }

    // Intervals written, or -errno.
    private long Write()
    {
        if (_count > (ulong)_block.Capacity)
        {
            var look = new SegmentCursor(_request, _memory);
            for (ulong done = 0; done < _count; done += (ulong)_block.Capacity)
            {
                var error = Take(ref look, done, PieceAt(done));
                if (error != 0)
                {
                    return error;
                }
            }
        }

        var flags = (int)(_request->RwFlags & (Aio2Rwf.Dsync | Aio2Rwf.Sync)) | SyncFlags();
        var cursor = new SegmentCursor(_request, _memory);
        for (ulong done = 0; done < _count;)
        {
            var piece = PieceAt(done);
            long stored = Take(ref cursor, done, piece);
            if (stored == 0)
            {
                ToDevice(done, piece);
                stored = _file.Write(_first + done, piece, _block, flags);
            }

            if (stored != piece)
            {
                return Ended(done, stored);
            }

            done += (ulong)piece;
        }

        return (long)_count;
    }

    // A piece of data with its tuples, verified or made: 0 or -errno.
    private int Take(ref SegmentCursor cursor, ulong done, int piece)
    {
        var data = _block.DataOf(_format, piece);
        var metadata = _block.MetadataOf(_format, piece);
        if (cursor.CopyIn(_block.Data, (ulong)data.Length) != 0)
        {
            return -Errno.EFAULT;
        }

        if (!_hasPi)
        {
            metadata.Clear();
            T10Pi.Generate(_format, data, metadata, _file.OwnSeed(_first + done), appTag: 0);
            return 0;
        }

        if (_memory.CopyIn(_block.Metadata, TuplesAt(done), (nuint)metadata.Length) != 0)
        {
            return -Errno.EFAULT;
        }

        return T10Pi.Verify(_format, data, metadata, _pi.Flags, SeedAt(done), _pi.AppTag, out var mismatch) ? 0 : Tell(mismatch, done);
    }

    // Intervals read, or -errno.
    private long Read()
    {
        var cursor = new SegmentCursor(_request, _memory);
        for (ulong done = 0; done < _count;)
        {
            var piece = PieceAt(done);
            var data = _block.DataOf(_format, piece);
            var metadata = _block.MetadataOf(_format, piece);
            var error = _file.Read(_first + done, piece, _block);
            if (error != 0)
            {
                return Ended(done, error);
            }

            FromDevice(done, piece);
            if (!Passes(data, metadata, done, piece, out var mismatch))
            {
                return Tell(mismatch, done);
            }

            if (cursor.CopyOut(_block.Data, (ulong)data.Length) != 0
                || _memory.CopyOut(TuplesAt(done), _block.Metadata, (nuint)metadata.Length) != 0)
            {
                return Ended(done, -Errno.EFAULT);
            }

            done += (ulong)piece;
        }

        return (long)_count;
    }

    // The checks asked for, then the seal, which stands for the medium and is always checked.
    private readonly bool Passes(ReadOnlySpan<byte> data, ReadOnlySpan<byte> metadata, ulong done, int piece, out Aio2RetPi mismatch)
    {
        var passes = T10Pi.Verify(_format, data, metadata, _pi.Flags, SeedAt(done), _pi.AppTag, out mismatch);
        var broken = _file.FindBrokenSeal(_first + done, piece, _block, out var expected, out var found);
        if (broken >= 0 && (passes || (ulong)broken < mismatch.Interval))
        {
            mismatch = new Aio2RetPi { Interval = (ulong)broken, Check = Aio2PiCheck.Seal, Expected = expected, Found = found };
        }

        return passes && broken < 0;
    }

    private readonly int Tell(Aio2RetPi mismatch, ulong done)
    {
        if (_answer != null)
        {
            mismatch.Interval += done;
            *_answer = mismatch;
        }

        return -Errno.EILSEQ;
    }

    // An error behind the first intervals ends the transfer short, and the next request meets it; a mismatch fails all.
    private static long Ended(ulong done, long stored) =>
        stored >= 0 ? (long)done + stored : done == 0 || stored == -Errno.EILSEQ ? stored : (long)done;

    private readonly void ToDevice(ulong done, int piece)
    {
        if (_hasPi && _format.Type == PiType.Type1)
        {
            T10Pi.Remap(_format, _block.MetadataOf(_format, piece), SeedAt(done), _first + done);
        }
    }

    private readonly void FromDevice(ulong done, int piece)
    {
        if (_format.Type == PiType.Type1)
        {
            T10Pi.Remap(_format, _block.MetadataOf(_format, piece), _first + done, SeedAt(done));
        }
    }

    private readonly int PieceAt(ulong done) => (int)Math.Min((ulong)_block.Capacity, _count - done);

    private readonly ulong SeedAt(ulong done) => _format.Type == PiType.Type3 ? _pi.Seed : _pi.Seed + done;

    private readonly ulong TuplesAt(ulong done) => _pi.Addr + (done * (ulong)_format.MetadataBytes);

    // A descriptor that writes synchronously makes its tuples durable too.
    private readonly int SyncFlags() => (Libc.FcntlGetFlags(_file.DataFd) & Libc.O_DSYNC) != 0 ? Libc.RWF_DSYNC : 0;
}
