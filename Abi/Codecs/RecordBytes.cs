using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AioV2.Abi.Codecs;

/// <summary>Loads and stores of a record's fields, at any alignment, native endianness (ABI-2).</summary>
/// <remarks>Unchecked: the readers and writers that use it have compared every offset with their span before.</remarks>
internal static class RecordBytes
{
    /// <summary>Rounds up to a multiple of <see cref="Aio2.Align"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Padded(int bytes) => (bytes + 7) & ~7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(ReadOnlySpan<byte> record, int offset) where T : unmanaged =>
        Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref MemoryMarshal.GetReference(record), offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Span<byte> record, int offset, T value) where T : unmanaged =>
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref MemoryMarshal.GetReference(record), offset), value);

    /// <summary>Whether all bytes are zero.</summary>
    public static bool AllZero(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (b != 0)
            {
                return false;
            }
        }

        return true;
    }
}
