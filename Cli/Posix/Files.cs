using System.Runtime.InteropServices;
using AioV2.Abi;
using static AioV2.Cli.Posix.Libc;

namespace AioV2.Cli.Posix;

/// <summary>System calls on files whose failures are one clear line (<see cref="CliException"/>).</summary>
public static unsafe class Files
{
    /// <summary>Bytes from the start of <c>struct dirent64</c> to its name.</summary>
    private const int DirentName = 19;

    /// <summary>The file's status; a link's own where <paramref name="follow"/> is not set.</summary>
    public static FileStatus Status(PosixPath path, bool follow = false) =>
        TryStatus(path, follow, out var status, out var errno) ? status : throw Failure("look at", path, errno);

    /// <summary>The same, or false with the errno.</summary>
    public static bool TryStatus(PosixPath path, bool follow, out FileStatus status, out int errno)
    {
        fixed (FileStatus* at = &status)
        {
            var done = Statx(AtCwd, path.Native, follow ? 0 : AtSymlinkNofollow, StatxBasic, at) == 0;
            errno = done ? 0 : Marshal.GetLastPInvokeError();
            return done;
        }
    }

    /// <summary>The status of an open file.</summary>
    public static FileStatus Status(int fd, PosixPath path)
    {
        FileStatus status;
        Check(Statx(fd, [0], AtEmptyPath, StatxBasic, &status), "look at", path);
        return status;
    }

    /// <summary>Opens for reading. Never waits, not even where a FIFO was put in the file's place.</summary>
    public static int OpenForRead(PosixPath path, bool follow) =>
        Check(Open(path.Native, OpenReadOnly | OpenNonblock | OpenCloexec | (follow ? 0 : OpenNofollow), 0), "open", path);

    /// <summary>Makes a new file that only its owner may open, and opens it for writing.</summary>
    public static int CreateNew(PosixPath path) =>
        Check(Open(path.Native, OpenWriteOnly | OpenCreate | OpenExclusive | OpenCloexec, 0x180), "create", path);

    /// <summary>Closes; what was written is synced already, so an error says nothing new.</summary>
    public static void CloseQuietly(int fd) => _ = Close(fd);

    /// <summary>The next run of data at or behind an offset; false at the end. A file system without holes has one run.</summary>
    public static bool TryNextData(int fd, long from, long size, PosixPath path, out long start, out long end)
    {
        (start, end) = (from, size);
        if (from >= size)
        {
            return false;
        }

        start = Seek(fd, from, SeekData);
        if (start < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            start = from;
            return errno switch
            {
                Errno.ENXIO => false,
                Errno.EINVAL or Errno.EOPNOTSUPP => true,
                _ => throw Failure("seek in", path, errno),
            };
        }

        var hole = Seek(fd, start, SeekHole);
        end = hole < 0 ? size : Math.Min(hole, size);
        return start < size;
    }

    /// <summary>Sets a file's length; what was not written is a hole.</summary>
    public static void SetLength(int fd, long bytes, PosixPath path) => Check(Truncate(fd, bytes), "set the length of", path);

    /// <summary>Gives an open file the owner (as far as allowed), permissions and times of another.</summary>
    public static void CopyStatus(int fd, in FileStatus from, PosixPath path)
    {
        // Without the owner the set-id bits would hand out somebody else's rights.
        var owned = Chown(fd, from.User, from.Group) == 0;
        Check(Chmod(fd, owned ? from.Permissions : from.Permissions & 0x3ffu), "set the mode of", path);
        var times = stackalloc Timespec[2];
        Fill(times, from);
        Check(SetTimes(fd, times), "set the times of", path);
    }

    /// <summary>Makes a link with the content, owner and times of another.</summary>
    public static void CopyLink(PosixPath from, in FileStatus status, PosixPath to)
    {
        const int room = 4096;
        var content = stackalloc byte[room];
        var bytes = Check((int)ReadLink(from.Native, content, room), "read the link", from);
        Check(MakeLink(PosixPath.Of(new ReadOnlySpan<byte>(content, bytes)).Native, to.Native), "create", to);
        _ = ChownAt(AtCwd, to.Native, status.User, status.Group, AtSymlinkNofollow);
        var times = stackalloc Timespec[2];
        Fill(times, status);
        Check(SetTimesAt(AtCwd, to.Native, times, AtSymlinkNofollow), "set the times of", to);
    }

    /// <summary>Makes a directory that only its owner may enter.</summary>
    public static void CreateDirectory(PosixPath path) => Check(MakeDirectory(path.Native, 0x1c0), "create", path);

    /// <summary>Opens a directory, for its status and to sync it.</summary>
    public static int OpenDirectory(PosixPath path) =>
        Check(Open(path.Native, OpenReadOnly | Libc.OpenDirectory | OpenCloexec, 0), "open", path);

    /// <summary>Makes a directory's entries durable.</summary>
    public static void SyncDirectory(PosixPath path)
    {
        var fd = OpenDirectory(path);
        try
        {
            SyncDirectory(fd, path);
        }
        finally
        {
            CloseQuietly(fd);
        }
    }

    /// <summary>The same of an open one.</summary>
    public static void SyncDirectory(int fd, PosixPath path)
    {
        var errno = Fsync(fd) == 0 ? 0 : Marshal.GetLastPInvokeError();

        // Some file systems cannot sync a directory, and say so.
        if (errno is not (0 or Errno.EINVAL or Errno.EROFS))
        {
            throw Failure("sync", path, errno);
        }
    }

    /// <summary>Names of a directory's entries, without <c>.</c> and <c>..</c>.</summary>
    public static List<byte[]> Entries(PosixPath path)
    {
        var names = new List<byte[]>();
        var directory = OpenDir(path.Native);
        if (directory == 0)
        {
            throw Failure("open", path, Marshal.GetLastPInvokeError());
        }

        try
        {
            while (true)
            {
                var entry = ReadDir(directory);
                if (entry is null)
                {
                    var errno = Marshal.GetLastPInvokeError();
                    return errno == 0 ? names : throw Failure("list", path, errno);
                }

                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + DirentName);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    names.Add(name.ToArray());
                }
            }
        }
        finally
        {
            _ = CloseDir(directory);
        }
    }

    /// <summary>Renames, replacing what was there.</summary>
    public static void Move(PosixPath from, PosixPath to) => Check(Rename(from.Native, to.Native), "rename to", to);

    /// <summary>Whether this process may write to the file.</summary>
    public static bool MayWrite(PosixPath path, out int errno)
    {
        var may = Access(path.Native, WriteAccess) == 0;
        errno = may ? 0 : Marshal.GetLastPInvokeError();
        return may;
    }

    /// <summary>The path without links, <c>.</c> and <c>..</c>; the file must exist.</summary>
    public static PosixPath Resolve(PosixPath path)
    {
        var resolved = RealPath(path.Native, null);
        if (resolved is null)
        {
            throw Failure("find", path, Marshal.GetLastPInvokeError());
        }

        var answer = PosixPath.Of(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved));
        Free(resolved);
        return answer;
    }

    /// <summary>Removes a file or a whole tree; what cannot be removed stays, and it says whether nothing did.</summary>
    public static bool RemoveQuietly(PosixPath path)
    {
        if (!TryStatus(path, follow: false, out var status, out _))
        {
            return true;
        }

        if (!status.IsDirectory)
        {
            return Unlink(path.Native) == 0;
        }

        // Iterative: a tree may be deeper than the stack.
        var pending = new Stack<(PosixPath Path, bool Listed)>([(path, false)]);
        var all = true;
        while (pending.TryPop(out var at))
        {
            if (at.Listed)
            {
                all &= RemoveDirectory(at.Path.Native) == 0;
                continue;
            }

            pending.Push((at.Path, true));
            foreach (var name in Entries(at.Path))
            {
                var entry = at.Path.Entry(name);
                if (TryStatus(entry, follow: false, out var inner, out _) && inner.IsDirectory)
                {
                    pending.Push((entry, false));
                }
                else
                {
                    all &= Unlink(entry.Native) == 0;
                }
            }
        }

        return all;
    }

    /// <summary>The line for a failure.</summary>
    public static CliException Failure(string verb, PosixPath path, int errno) =>
        new($"cannot {verb} '{path}': {Marshal.GetPInvokeErrorMessage(errno)}");

    private static int Check(int result, string verb, PosixPath path) =>
        result >= 0 ? result : throw Failure(verb, path, Marshal.GetLastPInvokeError());

    private static void Fill(Timespec* times, in FileStatus from)
    {
        times[0] = new Timespec { Seconds = (nint)from.Accessed.Seconds, Nanoseconds = (nint)from.Accessed.Nanoseconds };
        times[1] = new Timespec { Seconds = (nint)from.Modified.Seconds, Nanoseconds = (nint)from.Modified.Nanoseconds };
    }
}
