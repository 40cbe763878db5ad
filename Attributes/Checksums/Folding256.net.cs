using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AioV2.Attributes.Checksums;

/// <summary>Folds data by four vectors of 256 bits (VPCLMULQDQ); absent before .NET 10.</summary>
internal static class Folding256
{
    /// <summary>Shortest data, and bytes of a round.</summary>
    internal const int Stride = 4 * Vector;

    private const int Vector = 32;

    internal static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
#if NET10_0_OR_GREATER
        get => Carryless.IsSupported && Pclmulqdq.V256.IsSupported && Avx2.IsSupported && Vector256.IsHardwareAccelerated;
#else
        get => false;
#endif
    }

    /// <summary>The register after the whole blocks of 16 bytes of <paramref name="data"/>, at least a stride.</summary>
    internal static ulong Update<TOrder>(FoldingConstants constants, ulong register, ReadOnlySpan<byte> data)
        where TOrder : struct, IBitOrder
    {
        Debug.Assert(data.Length >= Stride, "less than a stride");
        ref byte at = ref MemoryMarshal.GetReference(data);
        int left = data.Length - Stride;
        Vector256<byte> order = TOrder.Order256;
        Vector256<ulong> seed = TOrder.Seed(register).ToVector256();
        Vector256<ulong> block = Load<TOrder>(ref at, 0, order) ^ seed;
        Vector256<ulong> second = Load<TOrder>(ref at, Vector, order);
        Vector256<ulong> third = Load<TOrder>(ref at, 2 * Vector, order);
        Vector256<ulong> fourth = Load<TOrder>(ref at, 3 * Vector, order);
        at = ref Unsafe.Add(ref at, Stride);
        Vector256<ulong> stride = Vector256.Create(constants.By1024);
        for (; left >= Stride; left -= Stride)
        {
            block = Fold(block, stride) ^ Load<TOrder>(ref at, 0, order);
            second = Fold(second, stride) ^ Load<TOrder>(ref at, Vector, order);
            third = Fold(third, stride) ^ Load<TOrder>(ref at, 2 * Vector, order);
            fourth = Fold(fourth, stride) ^ Load<TOrder>(ref at, 3 * Vector, order);
            at = ref Unsafe.Add(ref at, Stride);
        }

        Vector256<ulong> one = Vector256.Create(constants.By256);
        block = Fold(block, Vector256.Create(constants.By768)) ^ Fold(second, Vector256.Create(constants.By512))
            ^ Fold(third, one) ^ fourth;
        for (; left >= Vector; left -= Vector)
        {
            block = Fold(block, one) ^ Load<TOrder>(ref at, 0, order);
            at = ref Unsafe.Add(ref at, Vector);
        }

        return Folding128.Finish<TOrder>(constants, Last(constants, block), ref at, left);
    }

    // Both lanes added at the place of the last.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Last(FoldingConstants constants, Vector256<ulong> block) =>
        Carryless.Fold(block.GetLower(), constants.By128) ^ block.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Load<TOrder>(ref byte at, nuint offset, Vector256<byte> order)
        where TOrder : struct, IBitOrder => TOrder.Turn(Vector256.LoadUnsafe(ref at, offset), order);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Fold(Vector256<ulong> block, Vector256<ulong> distance) =>
#if NET10_0_OR_GREATER
        Pclmulqdq.V256.CarrylessMultiply(block, distance, 0x00) ^ Pclmulqdq.V256.CarrylessMultiply(block, distance, 0x11);
#else
        throw new PlatformNotSupportedException();
#endif
}
