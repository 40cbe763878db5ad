using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AioV2.Attributes.Checksums;

/// <summary>Bit 0 of byte 0 is the highest power (CRC-32C, CRC-64/NVME): memory order is the polynomial's.</summary>
internal readonly struct LowBitFirst : IBitOrder
{
    public static Vector256<byte> Order256 => default;

    public static Vector512<byte> Order512 => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Turn(Vector128<byte> data) => data.AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Turn(Vector256<byte> data, Vector256<byte> order) => data.AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Turn(Vector512<byte> data, Vector512<byte> order) => data.AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Seed(ulong register) => Vector128.CreateScalar(register);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Reduce(FoldingConstants constants, Vector128<ulong> block)
    {
        Vector128<ulong> t = Carryless.LowLow(block, constants.Reduce) ^ Carryless.UpperAsLower(block);
        Vector128<ulong> quotient = Carryless.LowLow(t, constants.Quotient);
        Vector128<ulong> multiple = Carryless.LowLow(quotient, constants.Modulus);
        return (t ^ multiple).GetElement(1) ^ (quotient.GetElement(0) & constants.LowestTerm);
    }
}
