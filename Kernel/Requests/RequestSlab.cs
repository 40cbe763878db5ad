using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace AioV2.Kernel.Requests;

/// <summary>Blocks for requests, in size classes of powers of two: what one context has in flight or waiting to be reaped.</summary>
/// <remarks>
/// <para>Invariants. A block goes out by <see cref="TryTake"/> and comes back by <see cref="Return"/>, once. Blocks are
/// carved from chunks, which are freed together by <see cref="Dispose"/>; nothing is allocated before the first request
/// (DESTROY-2), and a chunk never exceeds <see cref="ChunkBytesMax"/> nor what was carved so far, so that a context with few
/// requests stays small.</para>
/// <para>All members run under the context's lock.</para></remarks>
internal unsafe struct RequestSlab : IDisposable
{
    /// <summary>The smallest class holds a plain request with its event and some returns.</summary>
    private const int SmallestClassBytes = 256;
    private const int Classes = 8;
    private const int ChunkBytesMin = 4096, ChunkBytesMax = 1 << 20;

    // One list of free blocks for each class.
    private fixed ulong _free[Classes];
    private Chunk* _chunks;
    private int _nextChunkBytes;

    private struct Chunk
    {
        public Chunk* Next;
    }

    /// <summary>Largest block, bytes.</summary>
    public static int LargestBytes => SmallestClassBytes << (Classes - 1);

    /// <summary>The class of a block of <paramref name="bytes"/>.</summary>
    public static int ClassOf(int bytes) =>
        bytes <= SmallestClassBytes ? 0 : BitOperations.Log2((uint)(bytes - 1)) - BitOperations.Log2(SmallestClassBytes) + 1;

    /// <summary>How many words there is room for behind the header of a block of a class.</summary>
    public static int Words(int sizeClass) => ((SmallestClassBytes << sizeClass) - Request.SizeOf) / sizeof(ulong);

    /// <summary>A block of a class, or null where memory is out. Its header is not cleared.</summary>
    public Request* TryTake(int sizeClass)
    {
        Debug.Assert(sizeClass is >= 0 and < Classes, "a block larger than the largest class");
        if (_free[sizeClass] == 0 && !Grow(sizeClass))
        {
            return null;
        }

        var block = (Request*)_free[sizeClass];
        _free[sizeClass] = (ulong)block->Next;
        block->SizeClass = (byte)sizeClass;
        return block;
    }

    /// <summary>Gives a block back.</summary>
    public void Return(Request* block)
    {
        block->Next = (Request*)_free[block->SizeClass];
        _free[block->SizeClass] = (ulong)block;
    }

    /// <summary>Frees all chunks; no block may be out.</summary>
    public void Dispose()
    {
        while (_chunks != null)
        {
            var next = _chunks->Next;
            NativeMemory.AlignedFree(_chunks);
            _chunks = next;
        }

        this = default;
    }

    private bool Grow(int sizeClass)
    {
        var blockBytes = SmallestClassBytes << sizeClass;
        _nextChunkBytes = Math.Clamp(_nextChunkBytes * 2, ChunkBytesMin, ChunkBytesMax);
        var chunkBytes = Math.Max(_nextChunkBytes, blockBytes);
        byte* memory;
        try
        {
            memory = (byte*)NativeMemory.AlignedAlloc((nuint)(chunkBytes + 64), 64);
        }
        catch (OutOfMemoryException)
        {
            return false;
        }

        var chunk = (Chunk*)memory;
        chunk->Next = _chunks;
        _chunks = chunk;
        for (var at = memory + 64 + chunkBytes - blockBytes; at >= memory + 64; at -= blockBytes)
        {
            ((Request*)at)->Next = (Request*)_free[sizeClass];
            _free[sizeClass] = (ulong)at;
        }

        return true;
    }
}
