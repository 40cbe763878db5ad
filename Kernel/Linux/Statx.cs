using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

/// <summary>The fields of struct statx that the kernel side reads; 256 bytes on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct Statx
{
    public const uint TypeOwnerAndInode = 1 | Owner | 0x100, Owner = 8, BasicStats = 0x7ff, DirectIoAlignment = 0x2000;
    public const ushort TypeMask = 0xf000, Regular = 0x8000, Directory = 0x4000, BlockDevice = 0x6000, CharacterDevice = 0x2000, Fifo = 0x1000, Socket = 0xc000;

    [FieldOffset(0)] public uint Mask;
    [FieldOffset(4)] public uint BlockSize;
    [FieldOffset(16)] public uint Links;
    [FieldOffset(20)] public uint Uid;
    [FieldOffset(24)] public uint Gid;
    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(40)] public long Size;
    [FieldOffset(48)] public ulong Blocks;
    [FieldOffset(128)] public uint RdevMajor;
    [FieldOffset(132)] public uint RdevMinor;
    [FieldOffset(136)] public uint DevMajor;
    [FieldOffset(140)] public uint DevMinor;
    [FieldOffset(152)] public uint DirectMemoryAlignment;
    [FieldOffset(156)] public uint DirectOffsetAlignment;

    /// <summary>The device, as one number.</summary>
    public readonly ulong Device => ((ulong)DevMajor << 32) | DevMinor;
}
