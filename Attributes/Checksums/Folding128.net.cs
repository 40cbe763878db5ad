using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AioV2.Attributes.Checksums;

/// <summary>Folds data by four vectors of 128 bits.</summary>
internal static class Folding128
{
    private const int Stride = 4 * 16;

    internal static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Carryless.IsSupported;
    }

    /// <summary>The register after the whole blocks of 16 bytes of <paramref name="data"/>, at least one.</summary>
    internal static ulong Update<TOrder>(FoldingConstants constants, ulong register, ReadOnlySpan<byte> data)
        where TOrder : struct, IBitOrder
    {
        Debug.Assert(data.Length >= 16, "no block to fold");
        ref byte at = ref MemoryMarshal.GetReference(data);
        int left = data.Length;
        Vector128<ulong> block = Load<TOrder>(ref at, 0) ^ TOrder.Seed(register);
        if (left >= Stride)
        {
            Vector128<ulong> by512 = constants.By512;
            Vector128<ulong> second = Load<TOrder>(ref at, 16);
            Vector128<ulong> third = Load<TOrder>(ref at, 32);
            Vector128<ulong> fourth = Load<TOrder>(ref at, 48);
            for (left -= Stride; left >= Stride; left -= Stride)
            {
                at = ref Unsafe.Add(ref at, Stride);
                block = Carryless.Fold(block, by512) ^ Load<TOrder>(ref at, 0);
                second = Carryless.Fold(second, by512) ^ Load<TOrder>(ref at, 16);
                third = Carryless.Fold(third, by512) ^ Load<TOrder>(ref at, 32);
                fourth = Carryless.Fold(fourth, by512) ^ Load<TOrder>(ref at, 48);
            }

            block = Carryless.Fold(block, constants.By384) ^ Carryless.Fold(second, constants.By256)
                ^ Carryless.Fold(third, constants.By128) ^ fourth;
            at = ref Unsafe.Add(ref at, Stride);
        }
        else
        {
            at = ref Unsafe.Add(ref at, 16);
            left -= 16;
        }

        return Finish<TOrder>(constants, block, ref at, left);
    }

    /// <summary>Takes the last blocks of 16 bytes one by one, and reduces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Finish<TOrder>(FoldingConstants constants, Vector128<ulong> block, ref byte at, int left)
        where TOrder : struct, IBitOrder
    {
        for (; left >= 16; left -= 16)
        {
            block = Carryless.Fold(block, constants.By128) ^ Load<TOrder>(ref at, 0);
            at = ref Unsafe.Add(ref at, 16);
        }

        return TOrder.Reduce(constants, block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load<TOrder>(ref byte at, nuint offset)
        where TOrder : struct, IBitOrder => TOrder.Turn(Vector128.LoadUnsafe(ref at, offset));
}
