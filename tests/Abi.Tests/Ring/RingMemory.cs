using System.Runtime.InteropServices;
using AioV2.Abi.Ring;

namespace AioV2.Abi.Tests.Ring;

/// <summary>Memory for a ring between two pages that fault, so that a step outside ends the test run.</summary>
internal sealed unsafe partial class RingMemory : IDisposable
{
    private const int PageBytes = 4096;
    private readonly byte* _whole;
    private readonly nuint _wholeBytes;

    public RingMemory(uint ringBytes = 4096, ulong start = 0, uint maxEventBytes = 0, uint flags = 0)
    {
        Layout = RingLayout.For(ringBytes, PageBytes);
        _wholeBytes = (nuint)Layout.MapBytes + 2 * PageBytes;
        _whole = (byte*)mmap(0, _wholeBytes, 0, MapPrivate | MapAnonymous, -1, 0);
        Assert.NotEqual(-1, (nint)_whole);
        Map = _whole + PageBytes;
        Assert.Equal(0, mprotect((nint)Map, (nuint)Layout.MapBytes, ProtRead | ProtWrite));
        RingHeader.Format(Map, Layout, maxEventBytes == 0 ? Layout.MaxEventBytes : maxEventBytes, start: start, flags: flags);
    }

    public RingLayout Layout { get; }

    public byte* Map { get; }

    public Aio2Ring* Header => (Aio2Ring*)Map;

    public Aio2RingUser* User => (Aio2RingUser*)(Map + Layout.UserOffset);

    public Span<byte> Data => new(Map + Layout.DataOffset, (int)Layout.RingBytes);

    public RingProducer Producer() => new(Map, Layout);

    public RingReaper Reaper(bool single = false)
    {
        Assert.Equal(RingOpenStatus.Ok, RingReaper.Open(Map, Layout.MapBytes, single, out RingReaper? reaper));
        return reaper!;
    }

    /// <summary>Makes header and data read-only, as the view of a kernel-made ring is (RING-1).</summary>
    public void ProtectAsUserView()
    {
        Assert.Equal(0, mprotect((nint)Map, Layout.UserOffset, ProtRead));
        Assert.Equal(0, mprotect((nint)(Map + Layout.DataOffset), Layout.RingBytes, ProtRead));
    }

    public void Dispose() => _ = munmap((nint)_whole, _wholeBytes);

    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int MapPrivate = 2;
    private const int MapAnonymous = 0x20;

    [LibraryImport("libc")]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc")]
    private static partial int mprotect(nint address, nuint length, int protection);

    [LibraryImport("libc")]
    private static partial int munmap(nint address, nuint length);
}
