using System.Text;
using AioV2.Abi;
using AioV2.Cli.Posix;

namespace AioV2.Cli.Copy;

/// <summary>Where a copy goes, settled before anything is made: refuses what cannot or must not be copied.</summary>
internal sealed class CopyPlan
{
    private CopyPlan(PosixPath source, PosixPath final, PosixPath parent, PosixPath temporary, bool isTree)
    {
        Source = source;
        Final = final;
        Parent = parent;
        Temporary = temporary;
        IsTree = isTree;
    }

    /// <summary>What is copied.</summary>
    internal PosixPath Source { get; }

    /// <summary>The copy's name in the end.</summary>
    internal PosixPath Final { get; }

    /// <summary>The directory that holds it.</summary>
    internal PosixPath Parent { get; }

    /// <summary>Its name until then, beside the final one.</summary>
    internal PosixPath Temporary { get; }

    /// <summary>Whether the source is a directory.</summary>
    internal bool IsTree { get; }

    /// <summary>Settles it.</summary>
    /// <exception cref="CliException">It cannot be done; the message says why.</exception>
    internal static CopyPlan Make(CopyOptions options)
    {
        var source = PosixPath.Of(options.Source);
        var status = Files.Status(source, follow: true);
        if (!status.IsFile && !status.IsDirectory)
        {
            throw new CliException($"cannot copy '{source}': it is neither a file nor a directory");
        }

        var target = PosixPath.Of(options.Target.Length > 1 ? options.Target.TrimEnd('/') : options.Target);
        if (Files.TryStatus(target, follow: true, out var existing, out var errno))
        {
            RefuseExisting(source, status, target, existing);
            target = Files.Resolve(target);
        }
        else if (errno != Errno.ENOENT || Files.TryStatus(target, follow: false, out _, out _))
        {
            // Not ENOENT, or a link to nowhere: what it would become is not clear.
            throw Files.Failure("write to", target, errno);
        }

        var (parent, name) = Split(target);
        if (!Files.TryStatus(parent, follow: true, out var holder, out errno))
        {
            throw Files.Failure("create", target, errno);
        }

        if (!holder.IsDirectory)
        {
            throw new CliException($"cannot create '{target}': '{parent}' is not a directory");
        }

        if (!Files.MayWrite(parent, out errno))
        {
            throw Files.Failure("write to", parent, errno);
        }

        if (status.IsDirectory)
        {
            RefuseInside(source, status, target, parent);
        }

        return new CopyPlan(source, target, parent, parent.Entry(TemporaryName(name)), status.IsDirectory);
    }

    private static void RefuseExisting(PosixPath source, in FileStatus from, PosixPath target, in FileStatus to)
    {
        if (from.IsSame(to))
        {
            throw new CliException($"'{source}' and '{target}' are the same file");
        }

        if (from.IsDirectory && !to.IsDirectory)
        {
            throw new CliException($"cannot copy the directory '{source}' to '{target}': that is not a directory");
        }

        if (!from.IsDirectory && to.IsDirectory)
        {
            throw new CliException($"cannot copy the file '{source}' to '{target}': that is a directory; name the file in it");
        }

        if (to.IsDirectory && Files.Entries(target).Count > 0)
        {
            throw new CliException($"cannot copy to '{target}': the directory is not empty");
        }

        if (!to.IsDirectory && !to.IsFile)
        {
            throw new CliException($"cannot copy to '{target}': it is not a regular file");
        }

        // The rename would replace it all the same: that is not what read-only means to its owner.
        var may = Files.MayWrite(target, out var errno);
        if (!may || (to.Permissions & 0x92) == 0)
        {
            throw Files.Failure("write to", target, may ? Errno.EACCES : errno);
        }
    }

    /// <summary>Up from the target: the source must not be among its parents, or the walk would never end.</summary>
    private static void RefuseInside(PosixPath source, in FileStatus status, PosixPath target, PosixPath parent)
    {
        for (var at = Files.Resolve(parent); ; at = Split(at).Parent)
        {
            if (Files.Status(at, follow: true).IsSame(status))
            {
                throw new CliException($"cannot copy '{source}' into itself, to '{target}'");
            }

            if (at.Bytes.SequenceEqual("/"u8))
            {
                return;
            }
        }
    }

    private static (PosixPath Parent, byte[] Name) Split(PosixPath path)
    {
        var bytes = path.Bytes;
        var slash = bytes.LastIndexOf((byte)'/');
        var parent = slash < 0 ? PosixPath.Of(".") : PosixPath.Of(slash == 0 ? bytes[..1] : bytes[..slash]);
        return (parent, bytes[(slash + 1)..].ToArray());
    }

    /// <summary>A hidden name beside the final one, free as far as chance goes; creation is exclusive.</summary>
    private static byte[] TemporaryName(byte[] name)
    {
        const int longest = 255;
        var suffix = Encoding.ASCII.GetBytes($".aio2-{Random.Shared.Next():x8}");
        return [(byte)'.', .. name.AsSpan(0, Math.Min(name.Length, longest - suffix.Length - 1)), .. suffix];
    }
}
