using System.Runtime.InteropServices;

namespace AioV2.Kernel.Memory;

/// <summary>Native memory for the time of a call: where there is none the call says <c>-ENOMEM</c>, nothing throws.</summary>
internal static unsafe class NativeBlock
{
    /// <summary>A block, not cleared, or null.</summary>
    public static void* TryAlloc(nuint bytes)
    {
        try
        {
            return NativeMemory.Alloc(bytes);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }
}
