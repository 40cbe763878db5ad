using System.Globalization;
using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary>Single pieces of work: decoding, CRCs, a call from C.</summary>
internal static class PieceRows
{
    private static readonly int[] Sizes = [512, 4096];

    public static IEnumerable<Row> All =>
    [
        new("decode", "Decoding one event with two returns, nothing allocated", Quantity.Time, "the same in C", Target.FigureAtMost(15),
            _ => new DecodeSide(), stage => new PeerSide(stage.Peers[PeerProgram.Decode], "event")),
        .. Sizes.Select(size => Crc(t10: true, size)),
        .. Sizes.Select(size => Crc(t10: false, size)),
        new("c-call", "A call from C into io_submit2, before work", Quantity.Time, Row.NoPeer, Target.FigureAtMost(15),
            stage => new PeerSide(stage.Peers[PeerProgram.Native], "submit", $"library={NativeLibraryPath()}"), null),
    ];

    private static string NativeLibraryPath() =>
        RepositoryRoot.Find() is { } root && Path.Combine(root, "artifacts", "native", "libaio2.so") is var path && File.Exists(path)
            ? path
            : throw new NotBuiltException("libaio2.so is not built: Native/build.sh does that");

    private static Row Crc(bool t10, int size) => new(
        string.Create(CultureInfo.InvariantCulture, $"crc/{(t10 ? "t10-dif" : "crc-32c")}/{size}"),
        $"{(t10 ? "T10-DIF" : "CRC-32C")} of {size} bytes", Quantity.Rate, "ISA-L", Target.RatioAtLeast(0.9),
        _ => new CrcSide(t10, size),
        stage => new PeerSide(stage.Peers[PeerProgram.Isal], t10 ? "t10dif" : "crc32c", string.Create(CultureInfo.InvariantCulture, $"size={size}")));
}
