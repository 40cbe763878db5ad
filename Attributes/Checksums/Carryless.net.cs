using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;

namespace AioV2.Attributes.Checksums;

/// <summary>Carry-less products of 64-bit halves, by PCLMULQDQ or PMULL.</summary>
internal static class Carryless
{
    /// <summary>Whether the machine has them, and blocks in memory are the polynomials that folding wants.</summary>
    internal static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BitConverter.IsLittleEndian && ((Pclmulqdq.IsSupported && Ssse3.IsSupported) || ArmAes.IsSupported);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> LowLow(Vector128<ulong> left, Vector128<ulong> right) => Pclmulqdq.IsSupported
        ? Pclmulqdq.CarrylessMultiply(left, right, 0x00)
        : ArmAes.PolynomialMultiplyWideningLower(left.GetLower(), right.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> HighHigh(Vector128<ulong> left, Vector128<ulong> right) => Pclmulqdq.IsSupported
        ? Pclmulqdq.CarrylessMultiply(left, right, 0x11)
        : ArmAes.PolynomialMultiplyWideningUpper(left, right);

    /// <summary>Both halves times their constants, added: one step of folding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> Fold(Vector128<ulong> block, Vector128<ulong> distance) =>
        LowLow(block, distance) ^ HighHigh(block, distance);

    /// <summary>The upper half, at the place of the lower one; zeros above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> UpperAsLower(Vector128<ulong> block) => Sse2.IsSupported
        ? Sse2.ShiftRightLogical128BitLane(block, 8)
        : Vector128.CreateScalar(block.GetElement(1));

    /// <summary>The lower half, at the place of the upper one; zeros below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> LowerAsUpper(Vector128<ulong> block) => Sse2.IsSupported
        ? Sse2.ShiftLeftLogical128BitLane(block, 8)
        : Vector128.Create(0, block.GetElement(0));
}
