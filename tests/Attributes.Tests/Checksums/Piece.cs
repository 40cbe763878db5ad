using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Attributes.Tests.Checksums;

/// <summary>Random bytes of a length from 0 to 9000 that begin at any of 64 alignments, and a seed.</summary>
internal sealed record Piece(int Length, int Alignment, int Contents, ulong Seed)
{
    // Aligned, so that Alignment is the address modulo 64.
    private static readonly byte[] Memory = GC.AllocateArray<byte>(9000 + 128, pinned: true);

    internal static Arbitrary<Piece> Any { get; } = Arb.From(
        from length in Gen.OneOf(Gen.Choose(0, 80), Gen.Choose(0, 600), Gen.Choose(0, 9000), Gen.Elements(128, 256, 512, 1024, 4096, 8192))
        from alignment in Gen.Choose(0, 63)
        from contents in Gen.Choose(0, int.MaxValue)
        from seed in Gen.Choose(int.MinValue, int.MaxValue)
        select new Piece(length, alignment, contents, (ulong)seed * 0x9E3779B97F4A7C15),
        Shorter);

    internal unsafe ReadOnlySpan<byte> Fill()
    {
        int start;
        fixed (byte* at = Memory)
        {
            start = (int)((64 - ((long)at & 63)) & 63) + Alignment;
        }

        Span<byte> bytes = Memory.AsSpan(start, Length);
        new Random(Contents).NextBytes(bytes);
        return bytes;
    }

    private static IEnumerable<Piece> Shorter(Piece piece)
    {
        if (piece.Length > 0)
        {
            yield return piece with { Length = piece.Length / 2 };
            yield return piece with { Length = piece.Length - 1 };
        }

        if (piece.Alignment > 0)
        {
            yield return piece with { Alignment = 0 };
        }
    }
}
