using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AioV2.Attributes.Checksums;

/// <summary>Folds data by four vectors of 512 bits (VPCLMULQDQ with AVX-512); absent before .NET 10.</summary>
internal static class Folding512
{
    /// <summary>Shortest data, and bytes of a round.</summary>
    internal const int Stride = 4 * Vector;

    private const int Vector = 64;

    internal static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
#if NET10_0_OR_GREATER
        get => Carryless.IsSupported && Pclmulqdq.V512.IsSupported && Avx512BW.IsSupported && Vector512.IsHardwareAccelerated;
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
        Vector512<byte> order = TOrder.Order512;
        Vector512<ulong> seed = TOrder.Seed(register).ToVector256().ToVector512();
        Vector512<ulong> block = Load<TOrder>(ref at, 0, order) ^ seed;
        Vector512<ulong> second = Load<TOrder>(ref at, Vector, order);
        Vector512<ulong> third = Load<TOrder>(ref at, 2 * Vector, order);
        Vector512<ulong> fourth = Load<TOrder>(ref at, 3 * Vector, order);
        at = ref Unsafe.Add(ref at, Stride);
        Vector512<ulong> stride = constants.FourBy2048;
        for (; left >= Stride; left -= Stride)
        {
            block = Fold(block, stride) ^ Load<TOrder>(ref at, 0, order);
            second = Fold(second, stride) ^ Load<TOrder>(ref at, Vector, order);
            third = Fold(third, stride) ^ Load<TOrder>(ref at, 2 * Vector, order);
            fourth = Fold(fourth, stride) ^ Load<TOrder>(ref at, 3 * Vector, order);
            at = ref Unsafe.Add(ref at, Stride);
        }

        Vector512<ulong> one = constants.FourBy512;
        block = Fold(block, constants.FourBy1536) ^ Fold(second, constants.FourBy1024)
            ^ Fold(third, one) ^ fourth;
        for (; left >= Vector; left -= Vector)
        {
            block = Fold(block, one) ^ Load<TOrder>(ref at, 0, order);
            at = ref Unsafe.Add(ref at, Vector);
        }

        return Folding128.Finish<TOrder>(constants, Last(constants, block), ref at, left);
    }

    // The four lanes added at the place of the last.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Last(FoldingConstants constants, Vector512<ulong> block)
    {
        Vector512<ulong> moved = Fold(block, constants.Lanes);
        Vector256<ulong> half = moved.GetLower() ^ moved.GetUpper();
        return half.GetLower() ^ half.GetUpper() ^ block.GetUpper().GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Load<TOrder>(ref byte at, nuint offset, Vector512<byte> order)
        where TOrder : struct, IBitOrder => TOrder.Turn(Vector512.LoadUnsafe(ref at, offset), order);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Fold(Vector512<ulong> block, Vector512<ulong> distance) =>
#if NET10_0_OR_GREATER
        Pclmulqdq.V512.CarrylessMultiply(block, distance, 0x00) ^ Pclmulqdq.V512.CarrylessMultiply(block, distance, 0x11);
#else
        throw new PlatformNotSupportedException();
#endif
}
