using System.Buffers;
using System.Runtime.InteropServices;

namespace AioV2.UserLib;

/// <summary>Aligned native memory for data: never moved, so it needs no pinning, and fit for O_DIRECT.</summary>
/// <remarks>It must be disposed, once no request uses it: without that the memory is never given back. As a <see cref="MemoryManager{T}"/> it gives <see cref="MemoryManager{T}.Memory"/> for <c>ReadAsync</c>, too.</remarks>
public sealed unsafe class AioBuffer : MemoryManager<byte>
{
    private byte* _address;

    /// <summary>Allocates.</summary>
    /// <param name="bytes">Size, above 0.</param>
    /// <param name="alignment">A power of two; the default is a page.</param>
    public AioBuffer(int bytes, int alignment = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Bytes = bytes;
        _address = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)alignment);
    }

    /// <summary>Size.</summary>
    public int Bytes { get; }

    /// <summary>Where it begins; null once disposed.</summary>
    public byte* Address => _address;

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_address is null, this);
        return new Span<byte>(_address, Bytes);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)Bytes);
        ObjectDisposedException.ThrowIf(_address is null, this);
        return new MemoryHandle(_address + elementIndex, default, this);
    }

    /// <inheritdoc/>
    public override void Unpin() { }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_address);
        _address = null;
    }
}
