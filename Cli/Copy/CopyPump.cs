using AioV2.Abi;
using AioV2.Attributes.Checksums;
using AioV2.Cli.Posix;
using AioV2.UserLib;
using AioV2.UserLib.Returns;

namespace AioV2.Cli.Copy;

/// <summary>The loop of a copy: keeps <c>depth</c> requests in flight over as many files as that takes.</summary>
/// <remarks><code>
///           +-------> free slot ---- next block ---> PREAD ---> PWRITE --+
///           |                                          ^  short: rest    | block done
///           |                                          +-----------------+
///           +------------- FSYNC &lt;-- length, mode, times &lt;-- file's last block
/// </code>One thread; it enters the kernel to submit what one pass made ready, and when the ring is empty.</remarks>
internal sealed unsafe class CopyPump : IDisposable
{
    private readonly AioContext _context;
    private readonly CopyOptions _options;
    private readonly CopyTotals _totals;
    private readonly AioBatch _batch = new();
    private readonly CopySlot[] _slots;
    private readonly Stack<CopySlot> _free;
    private readonly HashSet<FileCopy> _open = [];

    internal CopyPump(AioContext context, CopyOptions options, CopyTotals totals)
    {
        _context = context;
        _options = options;
        _totals = totals;
        _slots = [.. Enumerable.Range(0, options.Depth).Select(number => new CopySlot(number, options.BlockBytes))];
        _free = new Stack<CopySlot>(_slots);
    }

    /// <summary>Copies all of these files.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; some requests may still be in flight.</exception>
    internal void Run(IEnumerator<FileCopy> files, CancellationToken stop)
    {
        FileCopy? current = null;
        var more = true;
        while (true)
        {
            while (more && _free.Count > 0)
            {
                stop.ThrowIfCancellationRequested();
                more = Feed(files, ref current);
            }

            Submit();
            if (_free.Count == _slots.Length)
            {
                return;
            }

            // One event at least; then all that are there, so that one submission answers them.
            _context.Reap(out var completion);
            do
            {
                Handle(completion);
            }
            while (_context.TryReap(out completion));

            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Frees everything. The context must be disposed before: until then the kernel may use the buffers.</summary>
    public void Dispose()
    {
        foreach (var file in _open)
        {
            file.Close();
        }

        foreach (var slot in _slots)
        {
            slot.Dispose();
        }

        _batch.Dispose();
    }

    /// <summary>Starts one block or opens the next file; false when no file is left.</summary>
    private bool Feed(IEnumerator<FileCopy> files, ref FileCopy? current)
    {
        if (current is null)
        {
            if (!files.MoveNext())
            {
                return false;
            }

            current = files.Current;
            _open.Add(current);
            current.Open();
        }

        if (current.TryNextBlock(_options.BlockBytes, out var offset, out var bytes))
        {
            var slot = _free.Pop();
            slot.File = current;
            slot.Offset = offset;
            slot.Wanted = bytes;
            current.BlocksInFlight++;
            Read(slot);
            return true;
        }

        if (current.BlocksInFlight == 0)
        {
            Sync(_free.Pop(), current);
        }

        current = null;
        return true;
    }

    private void Submit()
    {
        while (_batch.Count > 0)
        {
            var before = _batch.Count;
            _totals.Submitted += _context.Submit(_batch);

            // There are as many kernel slots as ours, and each of ours has one request.
            if (_batch.Count == before)
            {
                throw new CliException("the kernel took no request although a slot is free (RING-9)");
            }
        }
    }

    private void Handle(in Completion completion)
    {
        var slot = _slots[completion.UserData];
        _totals.Count(completion, slot.Opcode);
        switch (slot.Opcode)
        {
            case Aio2Op.Pread:
                ReadDone(slot, completion);
                break;
            case Aio2Op.Pwrite:
                WriteDone(slot, completion);
                break;
            default:
                SyncDone(slot, completion);
                break;
        }
    }

    private void ReadDone(CopySlot slot, in Completion completion)
    {
        if (!completion.Succeeded)
        {
            throw Files.Failure("read", slot.File.Source, completion.ErrorCode);
        }

        if (completion.Result == 0)
        {
            slot.File.EndedAt(slot.Offset);
            BlockDone(slot);
            return;
        }

        slot.Filled = (int)completion.Result;
        slot.Written = 0;
        slot.Checksum = ChecksumOf(completion, slot.Filled);
        Write(slot);
    }

    private void WriteDone(CopySlot slot, in Completion completion)
    {
        if (!completion.Succeeded)
        {
            throw Files.Failure("write", slot.File.Target, completion.ErrorCode);
        }

        var bytes = (int)completion.Result;
        if (bytes == 0)
        {
            throw Files.Failure("write", slot.File.Target, Errno.EIO);
        }

        Verify(slot, completion, bytes);
        slot.Written += bytes;
        _totals.Wrote(bytes);
        if (slot.Written < slot.Filled)
        {
            Write(slot);
            return;
        }

        slot.Offset += slot.Filled;
        slot.Wanted -= slot.Filled;
        if (slot.Wanted > 0)
        {
            Read(slot);
        }
        else
        {
            BlockDone(slot);
        }
    }

    private void BlockDone(CopySlot slot)
    {
        if (--slot.File.BlocksInFlight == 0 && slot.File.Exhausted)
        {
            Sync(slot, slot.File);
        }
        else
        {
            _free.Push(slot);
        }
    }

    private void SyncDone(CopySlot slot, in Completion completion)
    {
        if (!completion.Succeeded)
        {
            throw Files.Failure("sync", slot.File.Target, completion.ErrorCode);
        }

        _totals.Files++;
        _totals.HoleBytes += slot.File.HoleBytes;
        slot.File.Close();
        _open.Remove(slot.File);
        _free.Push(slot);
    }

    /// <summary>What the write says it wrote is what the read says it read; a short write is compared with its own part.</summary>
    private void Verify(CopySlot slot, in Completion completion, int bytes)
    {
        if (slot.Checksum is not { } read || ChecksumOf(completion, bytes) is not { } written)
        {
            return;
        }

        var part = slot.Buffer.GetSpan().Slice(slot.Written, bytes);
        var expected = bytes == slot.Filled ? read
            : completion.Get<ChecksumReturn>().Algorithm == Aio2Checksum.Crc32c ? Crc32C.Compute(0, part) : Crc64Nvme.Compute(0, part);
        if (written != expected)
        {
            throw new CliException(
                $"'{slot.File.Target}': bytes {slot.Offset + slot.Written} to {slot.Offset + slot.Written + bytes - 1} were written with checksum {written:x}, read with {expected:x}");
        }

        _totals.BlocksVerified++;
    }

    private static ulong? ChecksumOf(in Completion completion, int bytes) =>
        completion.TryGet<ChecksumReturn>(out var found) && found.Bytes == (ulong)bytes ? found.Checksum : null;

    private void Read(CopySlot slot)
    {
        slot.Opcode = Aio2Op.Pread;
        _batch.Read(slot.File.SourceFd, slot.Buffer.Address, (nuint)slot.Wanted, slot.Offset, (ulong)slot.Number, _options.Attributes.Read);
    }

    private void Write(CopySlot slot)
    {
        slot.Opcode = Aio2Op.Pwrite;
        _batch.Write(
            slot.File.TargetFd, slot.Buffer.Address + slot.Written, (nuint)(slot.Filled - slot.Written), slot.Offset + slot.Written,
            (ulong)slot.Number, _options.Attributes.Write);
    }

    private void Sync(CopySlot slot, FileCopy file)
    {
        file.FinishStatus();
        slot.File = file;
        slot.Opcode = Aio2Op.Fsync;
        _batch.Sync(file.TargetFd, (ulong)slot.Number, dataOnly: false, _options.Attributes.Sync);
    }
}
