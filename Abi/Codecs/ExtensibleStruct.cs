using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AioV2.Abi.Codecs;

/// <summary>A struct whose size travels beside it and that grows at its end (SETUP-3, ATTR-4).</summary>
internal static class ExtensibleStruct
{
    /// <summary>Loads what is there and takes the rest as zero.</summary>
    public static unsafe T Load<T>(ReadOnlySpan<byte> bytes) where T : unmanaged
    {
        if (bytes.Length >= Unsafe.SizeOf<T>())
        {
            return Unsafe.ReadUnaligned<T>(ref MemoryMarshal.GetReference(bytes));
        }

        T value = default;
        bytes.CopyTo(new Span<byte>(&value, sizeof(T)));
        return value;
    }
}
