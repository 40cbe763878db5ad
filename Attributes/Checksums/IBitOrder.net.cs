using System.Runtime.Intrinsics;

namespace AioV2.Attributes.Checksums;

/// <summary>Where a CRC has its high powers: what differs between the two kinds when data is folded.</summary>
internal interface IBitOrder
{
    /// <summary>16 bytes as a polynomial.</summary>
    static abstract Vector128<ulong> Turn(Vector128<byte> data);

    /// <summary>What the wide forms of Turn shuffle by; kept in a register over a loop.</summary>
    static abstract Vector256<byte> Order256 { get; }

    /// <inheritdoc cref="Order256"/>
    static abstract Vector512<byte> Order512 { get; }

    /// <summary>Two blocks of 16 bytes, each a polynomial.</summary>
    static abstract Vector256<ulong> Turn(Vector256<byte> data, Vector256<byte> order);

    /// <summary>Four blocks of 16 bytes, each a polynomial.</summary>
    static abstract Vector512<ulong> Turn(Vector512<byte> data, Vector512<byte> order);

    /// <summary>The register where it meets the first block: at its 64 highest powers.</summary>
    static abstract Vector128<ulong> Seed(ulong register);

    /// <summary><c>block * x^64 mod P</c>: the register after the last block.</summary>
    static abstract ulong Reduce(FoldingConstants constants, Vector128<ulong> block);
}
