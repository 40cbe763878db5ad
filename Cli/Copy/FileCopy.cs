using AioV2.Cli.Posix;

namespace AioV2.Cli.Copy;

/// <summary>One regular file under way: hands out the blocks of its data, passes over its holes, and ends with its status.</summary>
/// <remarks><code>
///  source:  | data data | hole          | data | hole |
///  blocks:  | 1 | 2 | 3 |               | 4    |
/// </code>The target gets the source's length in the end, so that what no block wrote is a hole.</remarks>
public sealed class FileCopy(PosixPath source, PosixPath target, bool followSource)
{
    private FileStatus _status;
    private long _next;
    private long _dataEnd;
    private long _shrunkTo = long.MaxValue;

    /// <summary>What is copied.</summary>
    public PosixPath Source => source;

    /// <summary>Where it is written.</summary>
    public PosixPath Target => target;

    /// <summary>Descriptor of the source, -1 while closed.</summary>
    public int SourceFd { get; private set; } = -1;

    /// <summary>Descriptor of the target, -1 while closed.</summary>
    public int TargetFd { get; private set; } = -1;

    /// <summary>Blocks handed out and not yet written.</summary>
    public int BlocksInFlight { get; set; }

    /// <summary>Whether all blocks are handed out.</summary>
    public bool Exhausted { get; private set; }

    /// <summary>Bytes of holes so far.</summary>
    public long HoleBytes { get; private set; }

    /// <summary>Opens both files.</summary>
    public void Open()
    {
        SourceFd = Files.OpenForRead(source, followSource);
        _status = Files.Status(SourceFd, source);
        if (!_status.IsFile)
        {
            throw new CliException($"cannot copy '{source}': it is neither a file, a directory nor a symbolic link");
        }

        TargetFd = Files.CreateNew(target);
    }

    /// <summary>The next block of data; false when there is none left.</summary>
    public bool TryNextBlock(int blockBytes, out long offset, out int bytes)
    {
        offset = _next;
        bytes = 0;
        var size = (long)_status.Size;
        if (_next >= _dataEnd)
        {
            if (!Files.TryNextData(SourceFd, _next, size, source, out var start, out _dataEnd))
            {
                HoleBytes += Math.Max(0, size - _next);
                Exhausted = true;
                return false;
            }

            HoleBytes += start - _next;
            offset = _next = start;
        }

        bytes = (int)Math.Min(blockBytes, _dataEnd - _next);
        _next += bytes;
        return true;
    }

    /// <summary>The source ended here, earlier than its length said: somebody cut it meanwhile.</summary>
    public void EndedAt(long offset) => _shrunkTo = Math.Min(_shrunkTo, offset);

    /// <summary>All blocks are written: length, owner, permissions and times. The sync comes after, and covers them, too.</summary>
    public void FinishStatus()
    {
        Files.SetLength(TargetFd, Math.Min((long)_status.Size, _shrunkTo), target);
        Files.CopyStatus(TargetFd, _status, target);
    }

    /// <summary>Closes both files.</summary>
    public void Close()
    {
        if (SourceFd >= 0)
        {
            Files.CloseQuietly(SourceFd);
        }

        if (TargetFd >= 0)
        {
            Files.CloseQuietly(TargetFd);
        }

        SourceFd = TargetFd = -1;
    }
}
