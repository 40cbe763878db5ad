using System.Runtime.InteropServices;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Keeps a file in the page cache while a row reads it hot: mapped and locked, as far as the limit of locked memory allows.</summary>
/// <remarks>Reclaim that looks at page tables alone (DAMON's) takes a page that is read by calls for one that nobody uses.</remarks>
internal sealed unsafe partial class ResidentFile : IDisposable
{
    // <sys/mman.h>
    private const int ProtRead = 1, MapShared = 1;
    private readonly nuint _bytes;
    private readonly void* _map;

    /// <summary>Reads the file in, and locks it.</summary>
    public ResidentFile(BenchFile file)
    {
        _bytes = (nuint)file.Bytes;
        using var open = File.OpenHandle(file.Path);
        _map = Map(null, _bytes, ProtRead, MapShared, (int)open.DangerousGetHandle(), 0);
        if (_map == (void*)-1)
        {
            throw new BenchException($"mmap {file.Path}: errno {Marshal.GetLastPInvokeError()}");
        }
        _ = Lock(_map, _bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _ = Unmap(_map, _bytes);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(void* at, nuint bytes, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* at, nuint bytes);

    [LibraryImport("libc", EntryPoint = "mlock")]
    private static partial int Lock(void* at, nuint bytes);
}
