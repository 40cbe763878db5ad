using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Tests;

namespace AioV2.Attributes.Tests.Pi;

/// <summary>What is refused, in which words, and where a verifier stands.</summary>
[Requirement("ATTR-8")]
public sealed class PiEdgeTests
{
    private static readonly PiFormat Format = new(PiType.Type1, PiGuard.Crc16);

    [Fact]
    public void What_does_not_make_whole_intervals_is_refused_in_words()
    {
        byte[] data = new byte[1024], metadata = new byte[16];

        Assert.Contains("does not end on an interval", Refusal(() => T10Pi.Generate(Format, data.AsSpan(1), metadata, 0, 0)), StringComparison.Ordinal);
        Assert.Contains("metadata ends before", Refusal(() => T10Pi.Generate(Format, data, metadata.AsSpan(1), 0, 0x77)), StringComparison.Ordinal);
        Assert.All(metadata, b => Assert.Equal(0, b));
        Assert.Contains("not metadata of whole intervals", Refusal(() => T10Pi.Remap(Format, metadata.AsSpan(1), 0, 1)), StringComparison.Ordinal);
        Assert.Contains("without type and guard", Refusal(() => T10Pi.Generate(default, data, metadata, 0, 0)), StringComparison.Ordinal);
        string unknown = Assert.Throws<ArgumentOutOfRangeException>(() => new PiFormat(PiType.Type1, PiGuard.Crc16, 513, 8)).Message;
        Assert.Contains("no such format: Type1, Crc16, 513+8", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_beyond_the_metadata_is_refused_where_it_begins()
    {
        byte[] data = new byte[1024], metadata = new byte[8];
        string message = Refusal(() =>
        {
            var verifier = new PiVerifier(Format, metadata, 0, 0, 0);
            Assert.True(verifier.Add(data.AsSpan(0, 512)));
            _ = verifier.Add(data.AsSpan(512));
        });

        Assert.Contains("metadata ends before", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_verifier_says_whether_it_stands_at_an_interval()
    {
        byte[] data = new byte[1024], metadata = new byte[16];
        T10Pi.Generate(Format, data, metadata, 0, 0);
        var verifier = new PiVerifier(Format, metadata, Aio2PiFlags.Known, 0, 0);

        Assert.True(verifier.IsAtInterval);
        Assert.True(verifier.Add(data.AsSpan(0, 100)));
        Assert.False(verifier.IsAtInterval);
        Assert.True(verifier.Add(data.AsSpan(100, 412)));
        Assert.True(verifier.IsAtInterval && verifier.Intervals == 1);
    }

    private static string Refusal(Action act) => Assert.Throws<ArgumentException>(act).Message;
}
