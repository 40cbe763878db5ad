using System.Runtime.InteropServices;

namespace AioV2.Kernel.Engines.IoUring;

/// <summary>struct io_uring_sqe, as far as the engine fills it.</summary>
/// <remarks><code>
///  0  1  2    4    8        16       24   28   32         40                     64 bytes
///  +--+--+----+----+--------+--------+----+----+----------+----------------------+
///  |op|fl|prio| fd | offset |  addr  | len|flgs| user_data| zero                 |
///  +--+--+----+----+--------+--------+----+----+----------+----------------------+
/// </code></remarks>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct UringSqe
{
    [FieldOffset(0)] public byte Opcode;
    [FieldOffset(2)] public ushort Priority;
    [FieldOffset(4)] public int Fd;
    [FieldOffset(8)] public ulong Offset;
    [FieldOffset(16)] public ulong Addr;
    [FieldOffset(24)] public uint Len;

    /// <summary>RWF_*, IORING_FSYNC_*, … by the opcode.</summary>
    [FieldOffset(28)] public uint OpFlags;
    [FieldOffset(32)] public ulong UserData;
}
