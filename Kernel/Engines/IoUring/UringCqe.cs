using System.Runtime.InteropServices;

namespace AioV2.Kernel.Engines.IoUring;

/// <summary>struct io_uring_cqe.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct UringCqe
{
    public ulong UserData;
    public int Res;
    public uint Flags;
}
