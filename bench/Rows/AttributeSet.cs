using AioV2.Abi;

namespace AioV2.Bench.Rows;

/// <summary>The attributes that a row's requests carry, laid out as they follow the iocb.</summary>
/// <param name="Name">For titles.</param>
/// <param name="Types">AIO2_ATTR_TYPE_* in order.</param>
internal sealed record AttributeSet(string Name, params ushort[] Types)
{
    /// <summary>None.</summary>
    public static readonly AttributeSet None = new("none");

    /// <summary>TRACE_ID.</summary>
    public static readonly AttributeSet One = new("TRACE_ID", Aio2AttrType.TraceId);

    /// <summary>TIMING, CACHE, TRACE_ID.</summary>
    public static readonly AttributeSet Three = new("TIMING + CACHE + TRACE_ID", Aio2AttrType.Timing, Aio2AttrType.Cache, Aio2AttrType.TraceId);

    /// <summary>All that a read can carry without a protected device.</summary>
    public static readonly AttributeSet Eight = new(
        "eight",
        Aio2AttrType.Timing, Aio2AttrType.Cache, Aio2AttrType.Deadline, Aio2AttrType.Ioprio,
        Aio2AttrType.Checksum, Aio2AttrType.Account, Aio2AttrType.TraceId, Aio2AttrType.Retry);

    /// <summary>The bytes that follow the fixed part of the iocb.</summary>
    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (var type in Types)
        {
            var payload = Payload(type);
            writer.Write((uint)(Aio2Attr.SizeOf + (payload.Length * sizeof(ulong))));
            writer.Write(type);
            writer.Write((ushort)0);
            foreach (var word in payload)
            {
                writer.Write(word);
            }
        }
        return stream.ToArray();
    }

    /// <summary>Bytes of an event with all their returns, from the sizes of the catalogue.</summary>
    public int EventBytes() => IoEvent2.SizeOf + Types.Sum(type =>
        Aio2AttrRet.SizeOf + Padded(Aio2Catalog.Attributes.Single(a => a.Type == type).OutSize));

    private static int Padded(int bytes) => (bytes + 7) & ~7;

    // Every payload is one or two words on both byte orders: small values that fit any reader.
    private static ulong[] Payload(ushort type) => type switch
    {
        Aio2AttrType.TraceId => [0x0123456789abcdef, 0xfedcba9876543210],
        Aio2AttrType.Deadline => [ulong.MaxValue >> 1],
        Aio2AttrType.Ioprio => [0],
        Aio2AttrType.Account => [1],
        Aio2AttrType.Checksum => [BitConverter.IsLittleEndian ? Aio2Checksum.Crc32c : (ulong)Aio2Checksum.Crc32c << 32],
        _ => [],
    };
}
