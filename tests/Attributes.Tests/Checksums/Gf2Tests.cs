using System.Numerics;
using AioV2.Attributes.Checksums;

namespace AioV2.Attributes.Tests.Checksums;

/// <summary>The constants of the folding paths, against long division of whole polynomials.</summary>
public sealed class Gf2Tests
{
    public static TheoryData<ulong> Polynomials => [0xAD93D23594C93659, 0x1EDC6F41ul << 32, 0x8BB7ul << 48];

    [Theory, MemberData(nameof(Polynomials))]
    public void A_power_of_x_is_the_remainder_of_long_division(ulong polynomial)
    {
        foreach (int exponent in new[] { 0, 1, 63, 64, 65, 127, 128, 191, 575, 2047, 2111 })
        {
            (_, BigInteger remainder) = Divide(BigInteger.One << exponent, Whole(polynomial));
            Assert.Equal(remainder, new BigInteger(Gf2.PowerOfX(exponent, polynomial)));
        }
    }

    [Theory, MemberData(nameof(Polynomials))]
    public void The_Barrett_constant_is_the_quotient_of_long_division(ulong polynomial)
    {
        (BigInteger quotient, _) = Divide(BigInteger.One << 128, Whole(polynomial));
        Assert.Equal(quotient, Whole(Gf2.QuotientOfX128(polynomial)));
    }

    [Fact]
    public void Reflecting_exchanges_first_and_last_bit_and_undoes_itself()
    {
        Assert.Equal(1ul << 63, Gf2.Reflect(1));
        Assert.Equal(0x9A6C9329AC4BC9B5, Gf2.Reflect(0xAD93D23594C93659));
        Assert.Equal(0x0123456789abcdeful, Gf2.Reflect(Gf2.Reflect(0x0123456789abcdeful)));
    }

    [Fact]
    public void Scaling_a_narrow_polynomial_scales_its_remainders()
    {
        (_, BigInteger remainder) = Divide(BigInteger.One << 512, 0x18BB7);
        Assert.Equal(remainder << 48, new BigInteger(Gf2.PowerOfX(512 + 48, 0x8BB7ul << 48)));
    }

    private static BigInteger Whole(ulong low) => (BigInteger.One << 64) + low;

    private static (BigInteger Quotient, BigInteger Remainder) Divide(BigInteger dividend, BigInteger divisor)
    {
        BigInteger quotient = 0;
        long degree = (long)divisor.GetBitLength();
        while ((long)dividend.GetBitLength() >= degree)
        {
            int shift = (int)((long)dividend.GetBitLength() - degree);
            quotient ^= BigInteger.One << shift;
            dividend ^= divisor << shift;
        }

        return (quotient, dividend);
    }
}
