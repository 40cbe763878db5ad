using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Pollfd
{
    public int Fd;
    public short Events;
    public short Returned;
}
