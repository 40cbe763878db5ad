using System.Globalization;
using System.Runtime.InteropServices;

namespace AioV2.Bench.Harness;

/// <summary>Which file system a path lies on, asked of the kernel.</summary>
internal static partial class FileSystem
{
    private const int StatfsBytes = 256;

    /// <summary>The name, or the magic number of one that has no name here.</summary>
    public static unsafe string NameOf(string path)
    {
        // struct statfs starts with a long: f_type.
        var buffer = stackalloc byte[StatfsBytes];
        if (Statfs(path, buffer) != 0)
        {
            throw new IOException($"statfs {path}: errno {Marshal.GetLastPInvokeError()}");
        }
        var magic = (ulong)*(nuint*)buffer;
        return magic switch
        {
            0xEF53 => "ext4",
            0x01021994 => "tmpfs",
            0x9123683E => "btrfs",
            0x58465342 => "xfs",
            0x794C7630 => "overlayfs",
            _ => "0x" + magic.ToString("x", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The name of a kind.</summary>
    public static string NameOf(FileSystemKind kind) => kind == FileSystemKind.Ext4 ? "ext4" : "tmpfs";

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statfs(string path, void* buffer);
}
