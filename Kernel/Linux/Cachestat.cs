using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

/// <summary>struct cachestat: counts of pages.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Cachestat
{
    public ulong Cached;
    public ulong Dirty;
    public ulong Writeback;
    public ulong Evicted;
    public ulong RecentlyEvicted;
}
