using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

/// <summary>struct cachestat_range: bytes 0 means up to the end of the file.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CachestatRange
{
    public ulong Offset;
    public ulong Bytes;
}
