using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

/// <summary>struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Iovec
{
    public ulong Base;
    public ulong Bytes;
}
