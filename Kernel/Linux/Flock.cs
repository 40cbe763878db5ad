using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

/// <summary>struct flock as 64-bit architectures have it; the process id must be 0 for locks of open file descriptions.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct Flock
{
    [FieldOffset(0)] public short Kind;
    [FieldOffset(2)] public short Whence;
    [FieldOffset(8)] public long Start;
    [FieldOffset(16)] public long Bytes;
    [FieldOffset(24)] public int Pid;
}
