using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AioV2.Attributes.Checksums;

/// <summary>Bit 7 of byte 0 is the highest power (T10-DIF): each block is read as a big-endian number.</summary>
internal readonly struct HighBitFirst : IBitOrder
{
    private static Vector128<byte> Backwards
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    }

    public static Vector256<byte> Order256
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(Backwards, Backwards);
    }

    public static Vector512<byte> Order512
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(Order256, Order256);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Turn(Vector128<byte> data) => Vector128.Shuffle(data, Backwards).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Turn(Vector256<byte> data, Vector256<byte> order) => Avx2.Shuffle(data, order).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Turn(Vector512<byte> data, Vector512<byte> order) => Avx512BW.Shuffle(data, order).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Seed(ulong register) => Vector128.Create(0, register);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Reduce(FoldingConstants constants, Vector128<ulong> block)
    {
        Vector128<ulong> t = Carryless.HighHigh(block, constants.Reduce) ^ Carryless.LowerAsUpper(block);
        // The quotient's leading term x^64 is implicit: it adds t itself.
        Vector128<ulong> quotient = Carryless.HighHigh(t, constants.Quotient) ^ t;
        Vector128<ulong> multiple = Carryless.HighHigh(quotient, constants.Modulus);
        return (t ^ multiple).GetElement(0);
    }
}
