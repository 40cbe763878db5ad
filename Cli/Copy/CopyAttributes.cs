using AioV2.Abi;
using AioV2.UserLib;

namespace AioV2.Cli.Copy;

/// <summary>The attributes of a copy, as they fit its reads, writes and syncs (ATTR-3).</summary>
public sealed class CopyAttributes
{
    /// <summary>What <c>--attributes</c> takes, besides <c>none</c>.</summary>
    public static readonly string[] Names = ["timing", "checksum", "checksum64", "cache", "retry"];

    private CopyAttributes(AioAttributes read, AioAttributes write, AioAttributes sync)
    {
        Read = read;
        Write = write;
        Sync = sync;
    }

    /// <summary>For PREAD.</summary>
    public AioAttributes Read { get; }

    /// <summary>For PWRITE.</summary>
    public AioAttributes Write { get; }

    /// <summary>For FSYNC.</summary>
    public AioAttributes Sync { get; }

    /// <summary>Whether each block's checksum as written is compared with that as read.</summary>
    public bool Verifies => Read.Has(Aio2AttrType.Checksum);

    /// <summary>Whether latencies are known.</summary>
    public bool Times => Read.Has(Aio2AttrType.Timing);

    /// <summary>Whether reads tell what was cached.</summary>
    public bool TellsCache => Read.Has(Aio2AttrType.Cache);

    /// <summary>Reads a list such as <c>timing,checksum</c>, or <c>none</c>; null with the reason where it is not one.</summary>
    public static CopyAttributes? Parse(string list, out string? error)
    {
        error = null;
        var all = AioAttributes.None;
        var none = list.Trim() is "none";
        foreach (var name in none ? [] : list.Split(',', StringSplitOptions.TrimEntries))
        {
            var type = TypeOf(name);
            if (type == 0)
            {
                error = $"unknown attribute '{name}': give none, or a list of {string.Join(", ", Names)}";
                return null;
            }

            if (all.Has(type))
            {
                error = $"attribute '{name}': an iocb takes each type once (ATTR-5)";
                return null;
            }

            all = Add(all, name);
        }

        return new CopyAttributes(FitTo(Aio2Op.Pread), FitTo(Aio2Op.Pwrite), FitTo(Aio2Op.Fsync));

        AioAttributes FitTo(ushort opcode) => (none ? [] : list.Split(',', StringSplitOptions.TrimEntries))
            .Where(name => Aio2Catalog.Attribute(TypeOf(name))!.Value.Fits(opcode))
            .Aggregate(AioAttributes.None, Add);
    }

    private static ushort TypeOf(string name) => name switch
    {
        "timing" => Aio2AttrType.Timing,
        "checksum" or "checksum64" => Aio2AttrType.Checksum,
        "cache" => Aio2AttrType.Cache,
        "retry" => Aio2AttrType.Retry,
        _ => 0,
    };

    private static AioAttributes Add(AioAttributes to, string name) => name switch
    {
        "timing" => to.WithTiming(),
        "checksum" => to.WithChecksum(),
        "checksum64" => to.WithChecksum(Aio2Checksum.Crc64nvme),
        "cache" => to.WithCache(),
        _ => to.WithRetry(),
    };
}
