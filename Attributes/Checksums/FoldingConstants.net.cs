using System.Runtime.Intrinsics;

namespace AioV2.Attributes.Checksums;

/// <summary>What folding multiplies by, computed from the polynomial P.</summary>
/// <remarks>
/// A vector of 128 bits is the polynomial <c>H * x^64 + L</c>. To move it <c>d</c> bits further from the end of the data is to
/// multiply by <c>x^d</c>, and modulo P that is <c>H * (x^(d+64) mod P) + L * (x^d mod P)</c>: two carry-less products.
/// Where bit 0 is the highest power, H is the low half, constants stand reflected, and each product comes out multiplied by
/// x (127 bits at the wrong end of 128), which the constant makes good by one power less.
/// </remarks>
internal sealed class FoldingConstants
{
    private readonly ulong polynomial;
    private readonly bool lowBitFirst;

    internal FoldingConstants(ulong polynomial, bool lowBitFirst)
    {
        this.polynomial = polynomial;
        this.lowBitFirst = lowBitFirst;
        By128 = Distance(128);
        By256 = Distance(256);
        By384 = Distance(384);
        By512 = Distance(512);
        By768 = Distance(768);
        By1024 = Distance(1024);
        FourBy512 = InFourLanes(512);
        FourBy1024 = InFourLanes(1024);
        FourBy1536 = InFourLanes(1536);
        FourBy2048 = InFourLanes(2048);
        // Lane n is 3 - n lanes of 128 bits away from the last; the last stays and is added apart.
        Lanes = Vector512.Create(Vector256.Create(By384, By256), Vector256.Create(By128, Vector128<ulong>.Zero));

        ulong quotient = Gf2.QuotientOfX128(polynomial);
        if (lowBitFirst)
        {
            Reduce = Vector128.Create(Gf2.Reflect(Gf2.PowerOfX(127, polynomial)));
            // 65 coefficients do not fit: the lowest is left out of both. It cannot reach the quotient's upper half;
            // of the polynomial it is added apart (LowestTerm).
            Quotient = Vector128.Create(Gf2.Reflect((quotient >> 1) | (1ul << 63)));
            Modulus = Vector128.Create(Gf2.Reflect((polynomial >> 1) | (1ul << 63)));
            LowestTerm = 0 - (polynomial & 1);
        }
        else
        {
            Reduce = Vector128.Create(Gf2.PowerOfX(128, polynomial));
            Quotient = Vector128.Create(quotient);
            Modulus = Vector128.Create(polynomial);
        }
    }

    internal Vector128<ulong> By128 { get; }

    internal Vector128<ulong> By256 { get; }

    internal Vector128<ulong> By384 { get; }

    internal Vector128<ulong> By512 { get; }

    internal Vector128<ulong> By768 { get; }

    internal Vector128<ulong> By1024 { get; }

    /// <summary>For four lanes, ready in memory: to copy a vector to all lanes takes longer than short data does.</summary>
    internal Vector512<ulong> FourBy512 { get; }

    /// <inheritdoc cref="FourBy512"/>
    internal Vector512<ulong> FourBy1024 { get; }

    /// <inheritdoc cref="FourBy512"/>
    internal Vector512<ulong> FourBy1536 { get; }

    /// <inheritdoc cref="FourBy512"/>
    internal Vector512<ulong> FourBy2048 { get; }

    /// <summary>Brings four lanes to the last one's place.</summary>
    internal Vector512<ulong> Lanes { get; }

    /// <summary><c>x^128 mod P</c>: folds the upper half of 192 bits into the lower 128.</summary>
    internal Vector128<ulong> Reduce { get; }

    /// <summary>Barrett's <c>floor(x^128 / P)</c>.</summary>
    internal Vector128<ulong> Quotient { get; }

    /// <summary>P itself.</summary>
    internal Vector128<ulong> Modulus { get; }

    /// <summary>All ones if P has the term 1 and bit 0 is the highest power, else 0.</summary>
    internal ulong LowestTerm { get; }

    private Vector128<ulong> Distance(int bits) => lowBitFirst
        ? Vector128.Create(Reflected(bits + 64 - 1), Reflected(bits - 1))
        : Vector128.Create(Gf2.PowerOfX(bits, polynomial), Gf2.PowerOfX(bits + 64, polynomial));

    private Vector512<ulong> InFourLanes(int bits)
    {
        Vector256<ulong> half = Vector256.Create(Distance(bits), Distance(bits));
        return Vector512.Create(half, half);
    }

    private ulong Reflected(int exponent) => Gf2.Reflect(Gf2.PowerOfX(exponent, polynomial));
}
