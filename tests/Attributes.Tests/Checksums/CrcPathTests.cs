using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using AioV2.Attributes.Checksums;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Attributes.Tests.Checksums;

/// <summary>Every way to compute a CRC that this machine has gives what the definition gives.</summary>
[Requirement("ATTR-7", "ATTR-8")]
public sealed class CrcPathTests
{
    private const int Cases = 500;

    private static void ForAll(Func<Piece, bool> law) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(LawCases.Of(Cases)).WithReplay(20261121, 7), Prop.ForAll(Piece.Any, law));

    private static CrcPath[] PathsHere() => [.. Enum.GetValues<CrcPath>().Where(CrcPolynomial.Supports)];

    [Fact]
    public void The_paths_that_the_processor_offers_are_the_ones_in_use()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{RuntimeInformation.ProcessArchitecture}: {string.Join(", ", PathsHere())}");
        bool arm = System.Runtime.Intrinsics.Arm.Aes.IsSupported;
        Assert.True(CrcPolynomial.Supports(CrcPath.Table));
        Assert.Equal(Pclmulqdq.IsSupported || arm, CrcPolynomial.Supports(CrcPath.Fold128));
#if NET10_0_OR_GREATER
        Assert.Equal(Pclmulqdq.V256.IsSupported && Avx2.IsSupported, CrcPolynomial.Supports(CrcPath.Fold256));
        Assert.Equal(Pclmulqdq.V512.IsSupported && Avx512BW.IsSupported, CrcPolynomial.Supports(CrcPath.Fold512));
#endif
    }

    [Fact]
    public void Crc32C_is_the_definition_on_every_path() => ForAll(piece =>
    {
        ReadOnlySpan<byte> data = piece.Fill();
        uint seed = (uint)piece.Seed;
        uint expected = BitwiseReference.Crc32C(seed, data);
        bool all = Crc32C.Compute(seed, data) == expected && Crc32C.ByTable(seed, data) == expected
            && (!Crc32C.HasInstruction || Crc32C.ByInstruction(seed, data) == expected);
        foreach (CrcPath path in PathsHere())
        {
            all &= data.Length < CrcPolynomial.Shortest(path)
                || ~(uint)Crc32C.Polynomial.UpdateBy(path, ~seed, data) == expected;
        }

        return all;
    });

    [Fact]
    public void Crc64Nvme_is_the_definition_on_every_path() => ForAll(piece =>
    {
        ReadOnlySpan<byte> data = piece.Fill();
        ulong expected = BitwiseReference.Crc64Nvme(piece.Seed, data);
        bool all = Crc64Nvme.Compute(piece.Seed, data) == expected && Crc64Nvme.ByTable(piece.Seed, data) == expected;
        foreach (CrcPath path in PathsHere())
        {
            all &= data.Length < CrcPolynomial.Shortest(path)
                || ~Crc64Nvme.Polynomial.UpdateBy(path, ~piece.Seed, data) == expected;
        }

        return all;
    });

    [Fact]
    public void T10Dif_is_the_definition_on_every_path() => ForAll(piece =>
    {
        ReadOnlySpan<byte> data = piece.Fill();
        ushort seed = (ushort)piece.Seed;
        ushort expected = BitwiseReference.T10Dif(seed, data);
        bool all = CrcT10Dif.Compute(seed, data) == expected && CrcT10Dif.ByTable(seed, data) == expected;
        foreach (CrcPath path in PathsHere())
        {
            all &= data.Length < CrcPolynomial.Shortest(path)
                || CrcT10Dif.Polynomial.UpdateBy(path, (ulong)seed << 48, data) == (ulong)expected << 48;
        }

        return all;
    });

    [Fact]
    public void Crc32C_and_T10Dif_agree_with_ISA_L() => ForAll(piece =>
    {
        ReadOnlySpan<byte> data = piece.Fill();
        return Crc32C.Compute((uint)piece.Seed, data) == IsaL.Crc32C((uint)piece.Seed, data)
            && CrcT10Dif.Compute((ushort)piece.Seed, data) == IsaL.T10Dif((ushort)piece.Seed, data);
    });

    [Fact]
    public void The_IP_checksum_is_the_definition_whole_and_in_two_pieces() => ForAll(piece =>
    {
        ReadOnlySpan<byte> data = piece.Fill();
        ushort expected = BitwiseReference.IpChecksum(data);
        int cut = (int)(piece.Seed % (ulong)(data.Length + 1));
        uint sum = IpChecksum.Add(IpChecksum.Add(0, data[..cut], odd: false), data[cut..], odd: (cut & 1) != 0);
        return IpChecksum.Compute(data) == expected && IpChecksum.Finish(sum) == expected;
    });

    [Fact]
    public void A_CRC_of_two_pieces_is_the_CRC_of_the_whole() => ForAll(piece =>
    {
        ReadOnlySpan<byte> data = piece.Fill();
        int cut = (int)(piece.Seed % (ulong)(data.Length + 1));
        ReadOnlySpan<byte> first = data[..cut];
        ReadOnlySpan<byte> second = data[cut..];
        return Crc32C.Compute(Crc32C.Compute(0, first), second) == Crc32C.Compute(0, data)
            && Crc64Nvme.Compute(Crc64Nvme.Compute(0, first), second) == Crc64Nvme.Compute(0, data)
            && CrcT10Dif.Compute(CrcT10Dif.Compute(0, first), second) == CrcT10Dif.Compute(0, data);
    });
}
