using AioV2.Cli.Posix;

namespace AioV2.Cli.Copy;

/// <summary>Walks a source tree: makes directories and links on its way, hands out the regular files, and closes up behind.</summary>
internal sealed class TreeWalk(PosixPath source, PosixPath target, CopyTotals totals)
{
    private readonly List<(PosixPath Target, FileStatus Status)> _directories = [];

    /// <summary>The regular files, one by one, as the pump asks for them.</summary>
    internal IEnumerator<FileCopy> Files()
    {
        // Iterative: a tree may be deeper than the stack.
        var pending = new Stack<(PosixPath From, PosixPath To, FileStatus Status)>();
        pending.Push((source, target, Posix.Files.Status(source, follow: true)));
        while (pending.TryPop(out var directory))
        {
            Posix.Files.CreateDirectory(directory.To);
            totals.Directories++;
            _directories.Add((directory.To, directory.Status));
            foreach (var name in Posix.Files.Entries(directory.From))
            {
                var from = directory.From.Entry(name);
                var to = directory.To.Entry(name);
                var status = Posix.Files.Status(from);
                if (status.IsDirectory)
                {
                    pending.Push((from, to, status));
                }
                else if (status.IsLink)
                {
                    Posix.Files.CopyLink(from, status, to);
                    totals.Links++;
                }
                else if (status.IsFile)
                {
                    yield return new FileCopy(from, to, followSource: false);
                }
                else
                {
                    throw new CliException($"cannot copy '{from}': it is neither a file, a directory nor a symbolic link");
                }
            }
        }
    }

    /// <summary>Gives the directories their status and syncs them, inner ones first: whatever is made in one changes its times.</summary>
    internal void FinishDirectories()
    {
        for (var index = _directories.Count - 1; index >= 0; index--)
        {
            var (path, status) = _directories[index];
            var fd = Posix.Files.OpenDirectory(path);
            try
            {
                Posix.Files.CopyStatus(fd, status, path);
                Posix.Files.SyncDirectory(fd, path);
            }
            finally
            {
                Posix.Files.CloseQuietly(fd);
            }
        }
    }
}
