using System.Runtime.InteropServices;

namespace AioV2.Cli.Posix;

/// <summary>What <c>statx</c> tells of a file: the fields that a copy needs.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public readonly struct FileStatus
{
    /// <summary>Type and permissions.</summary>
    [FieldOffset(28)] public readonly ushort Mode;

    /// <summary>Owner.</summary>
    [FieldOffset(20)] public readonly uint User;

    /// <summary>Owning group.</summary>
    [FieldOffset(24)] public readonly uint Group;

    /// <summary>Number within the device.</summary>
    [FieldOffset(32)] public readonly ulong Inode;

    /// <summary>Bytes.</summary>
    [FieldOffset(40)] public readonly ulong Size;

    /// <summary>Allocated, in units of 512 bytes.</summary>
    [FieldOffset(48)] public readonly ulong Blocks;

    /// <summary>Last access.</summary>
    [FieldOffset(64)] public readonly FileTime Accessed;

    /// <summary>Last change of the data.</summary>
    [FieldOffset(112)] public readonly FileTime Modified;

    /// <summary>Device.</summary>
    [FieldOffset(136)] public readonly ulong Device;

    /// <summary>Whether it is a regular file.</summary>
    public bool IsFile => (Mode & 0xf000) == 0x8000;

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => (Mode & 0xf000) == 0x4000;

    /// <summary>Whether it is a symbolic link.</summary>
    public bool IsLink => (Mode & 0xf000) == 0xa000;

    /// <summary>Permission bits with set-user-id, set-group-id and sticky.</summary>
    public uint Permissions => Mode & 0xfffu;

    /// <summary>Whether both are the same file.</summary>
    public bool IsSame(in FileStatus other) => Inode == other.Inode && Device == other.Device;
}
