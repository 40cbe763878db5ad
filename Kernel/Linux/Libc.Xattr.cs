using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

internal static unsafe partial class Libc
{
    /// <summary>Reads an extended attribute: its bytes, or <c>-errno</c>.</summary>
    public static nint GetXattr(int fd, ReadOnlySpan<byte> nulTerminatedName, Span<byte> value)
    {
        fixed (byte* name = nulTerminatedName, to = value)
        {
            return Result(fgetxattr(fd, name, to, (nuint)value.Length));
        }
    }

    /// <summary>Makes or replaces an extended attribute.</summary>
    public static int SetXattr(int fd, ReadOnlySpan<byte> nulTerminatedName, ReadOnlySpan<byte> value)
    {
        fixed (byte* name = nulTerminatedName, from = value)
        {
            return Result(fsetxattr(fd, name, from, (nuint)value.Length, 0));
        }
    }

    /// <summary>Opens a path that is already a C string.</summary>
    public static int Open(byte* path, int flags) => Result(openBytes(path, flags, 0));

    /// <summary>Where a link points, for a path that is already a C string: bytes written, or <c>-errno</c>.</summary>
    public static int ReadLink(byte* path, byte* buffer, nuint bytes) => (int)Result(readlinkBytes(path, buffer, bytes));

    [LibraryImport(Name)]
    private static partial nint fgetxattr(int fd, byte* name, byte* value, nuint bytes);

    [LibraryImport(Name)]
    private static partial int fsetxattr(int fd, byte* name, byte* value, nuint bytes, int flags);

    [LibraryImport(Name, EntryPoint = "open")]
    private static partial int openBytes(byte* path, int flags, uint mode);

    [LibraryImport(Name, EntryPoint = "readlink")]
    private static partial nint readlinkBytes(byte* path, byte* buffer, nuint bytes);
}
