using System.Runtime.InteropServices;

namespace AioV2.Kernel.Engines.IoUring;

/// <summary>struct io_uring_params: what is asked for, and where the parts of the rings lie in their mapping.</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct UringParams
{
    [FieldOffset(0)] public uint SqEntries;
    [FieldOffset(4)] public uint CqEntries;
    [FieldOffset(8)] public uint Flags;
    [FieldOffset(20)] public uint Features;

    // struct io_sqring_offsets
    [FieldOffset(40)] public uint SqHead;
    [FieldOffset(44)] public uint SqTail;
    [FieldOffset(48)] public uint SqMask;
    [FieldOffset(56)] public uint SqFlags;
    [FieldOffset(64)] public uint SqArray;

    // struct io_cqring_offsets
    [FieldOffset(80)] public uint CqHead;
    [FieldOffset(84)] public uint CqTail;
    [FieldOffset(88)] public uint CqMask;
    [FieldOffset(100)] public uint Cqes;
}
