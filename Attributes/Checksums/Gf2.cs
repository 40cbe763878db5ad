namespace AioV2.Attributes.Checksums;

/// <summary>Arithmetic of polynomials over GF(2) that the constants of a CRC come from; not for hot paths.</summary>
/// <remarks>A polynomial of degree 64 is held without its leading term: bit <c>i</c> is the coefficient of <c>x^i</c>.</remarks>
internal static class Gf2
{
    /// <summary>The bits in opposite order: bit 0 becomes bit 63.</summary>
    internal static ulong Reflect(ulong value)
    {
        ulong reflected = 0;
        for (int bit = 0; bit < 64; bit++)
        {
            reflected |= ((value >> bit) & 1) << (63 - bit);
        }

        return reflected;
    }

    /// <summary><c>x^exponent mod (x^64 + polynomial)</c>.</summary>
    internal static ulong PowerOfX(int exponent, ulong polynomial)
    {
        ulong remainder = 1;
        for (int i = 0; i < exponent; i++)
        {
            remainder = TimesX(remainder, polynomial);
        }

        return remainder;
    }

    /// <summary><c>floor(x^128 / (x^64 + polynomial))</c> without its leading term <c>x^64</c>.</summary>
    internal static ulong QuotientOfX128(ulong polynomial)
    {
        // x^128 / P: the first step of long division gives the x^64 and leaves polynomial * x^64.
        ulong quotient = 0;
        ulong remainder = polynomial;
        for (int i = 0; i < 64; i++)
        {
            quotient = (quotient << 1) | (remainder >> 63);
            remainder = TimesX(remainder, polynomial);
        }

        return quotient;
    }

    private static ulong TimesX(ulong value, ulong polynomial) =>
        (value << 1) ^ (polynomial & (0 - (value >> 63)));
}
