using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace AioV2.Attributes.Checksums;

public static partial class Crc32C
{
    // The instruction takes 8 bytes in 3 cycles, one after the other; folding has a start-up cost.
    private const int ShortestToFold = 128;

    /// <summary>Whether the machine has an instruction for this CRC.</summary>
    internal static bool HasInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BitConverter.IsLittleEndian && (Sse42.X64.IsSupported || ArmCrc32.Arm64.IsSupported);
    }

    internal static uint ByInstruction(uint seed, ReadOnlySpan<byte> data) => ~UpdateByInstruction(~seed, data);

    private static uint Update(uint register, ReadOnlySpan<byte> data)
    {
        if (!HasInstruction)
        {
            return (uint)Polynomial.Update(register, data);
        }

        if (!Folding128.IsSupported || data.Length < ShortestToFold)
        {
            return UpdateByInstruction(register, data);
        }

        int whole = data.Length & ~15;
        register = (uint)Polynomial.Update(register, data[..whole]);
        return whole == data.Length ? register : UpdateByInstruction(register, data[whole..]);
    }

    private static uint UpdateByInstruction(uint register, ReadOnlySpan<byte> data)
    {
        ref byte at = ref MemoryMarshal.GetReference(data);
        int left = data.Length;
        for (; left >= 8; left -= 8)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(ref at);
            register = Sse42.X64.IsSupported ? (uint)Sse42.X64.Crc32(register, word) : ArmCrc32.Arm64.ComputeCrc32C(register, word);
            at = ref Unsafe.Add(ref at, 8);
        }

        for (; left > 0; left--)
        {
            register = Sse42.IsSupported ? Sse42.Crc32(register, at) : ArmCrc32.ComputeCrc32C(register, at);
            at = ref Unsafe.Add(ref at, 1);
        }

        return register;
    }
}
