using System.Runtime.InteropServices;

namespace AioV2.Bench.Rows;

/// <summary>Zeroed memory that does not move, on a page boundary.</summary>
internal sealed unsafe class NativeBytes : IDisposable
{
    private const int Page = 4096;

    /// <summary>Takes so many bytes.</summary>
    public NativeBytes(long bytes)
    {
        Length = bytes;
        At = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes), Page);
        NativeMemory.Clear(At, (nuint)bytes);
    }

    /// <summary>Where they start.</summary>
    public byte* At { get; }

    /// <summary>How many.</summary>
    public long Length { get; }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(At);
}
