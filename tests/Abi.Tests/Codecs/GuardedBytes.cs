using System.Runtime.InteropServices;

namespace AioV2.Abi.Tests.Codecs;

/// <summary>Bytes that end where a page that faults begins: a read beyond the span ends the test run.</summary>
internal sealed unsafe class GuardedBytes : IDisposable
{
    private const int PageBytes = 4096;
    private readonly byte* _whole;
    private readonly nuint _bytes;

    public GuardedBytes(int capacity)
    {
        int pages = (capacity + PageBytes - 1) / PageBytes;
        _bytes = (nuint)((pages + 1) * PageBytes);
        _whole = (byte*)mmap(0, _bytes, 3, 0x22, -1, 0);
        Assert.NotEqual(-1, (nint)_whole);
        Assert.Equal(0, mprotect((nint)(_whole + pages * PageBytes), PageBytes, 0));
        Capacity = pages * PageBytes;
    }

    public int Capacity { get; }

    /// <summary>A copy that ends at the guard; it starts at any alignment.</summary>
    public ReadOnlySpan<byte> Hold(ReadOnlySpan<byte> bytes)
    {
        var place = new Span<byte>(_whole + Capacity - bytes.Length, bytes.Length);
        bytes.CopyTo(place);
        return place;
    }

    public void Dispose() => _ = munmap((nint)_whole, _bytes);

    [DllImport("libc")]
    private static extern nint mmap(nint address, nuint length, int protection, int flags, int fd, nint offset);

    [DllImport("libc")]
    private static extern int mprotect(nint address, nuint length, int protection);

    [DllImport("libc")]
    private static extern int munmap(nint address, nuint length);
}
