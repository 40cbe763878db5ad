using AioV2.Abi.Trace;

namespace AioV2.Abi.Tests.Trace;

/// <summary>What a writer promises beside the records: counts, its file, and words for what is wrong with one.</summary>
public sealed class TraceWriterTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"aio2-trace-{Guid.NewGuid():n}");

    public void Dispose() => File.Delete(_path);

    private static TraceStart Start => new("kernel", "threads", "a program", 4711, 1, 55);

    /// <summary>Kinds whose fields are numbers first, then bytes.</summary>
    public static TheoryData<int> Flat =>
        [.. Enumerable.Range(0, Aio2TraceKind.Last + 1).Where(kind => IsFlat([.. Aio2TraceSchema.Records[kind].Fields.Select(f => f.Type)]))];

    private static bool IsFlat(string[] types) =>
        types.All(t => t is "u64" or "s64" or "bytes") && !types.SkipWhile(t => t != "bytes").Any(t => t != "bytes");

    [Theory, MemberData(nameof(Flat))]
    public void Numbers_and_bytes_given_flat_are_read_as_fields(int kind)
    {
        var types = Aio2TraceSchema.Records[kind].Fields.Select(f => f.Type).ToArray();
        var numbers = types.Where(t => t != "bytes").Select((_, i) => ulong.MaxValue - (ulong)(i * 7)).ToArray();
        var expected = new List<(int Kind, byte[][] Blobs)>();
        using (var file = new TraceFileWriter(_path, Start))
        {
            for (var length = 0; length < 20; length++)
            {
                var blobs = types.Where(t => t == "bytes").Select((_, i) => Enumerable.Range(1, length + i).Select(b => (byte)b).ToArray()).ToArray();
                file.Write(kind, numbers, [.. blobs.SelectMany(Packed)]);
                expected.Add((kind, blobs));
            }

            file.Close(99, 0, "closed");
        }

        var records = TraceFile.Open(_path).Read().ToList();
        Assert.Equal(expected.Count, records.Count);
        foreach (var (record, (_, blobs)) in records.Zip(expected))
        {
            Assert.Equal(kind, record.Kind);
            Assert.Equal(numbers, Enumerable.Range(0, numbers.Length).Select(record.Number));
            Assert.Equal(blobs, Enumerable.Range(numbers.Length, blobs.Length).Select(i => record.Bytes(i).ToArray()));
        }
    }

    // A 32-bit length in eight bytes, the bytes, and padding.
    private static IEnumerable<byte> Packed(byte[] blob) =>
        [.. BitConverter.GetBytes(blob.Length), 0, 0, 0, 0, .. blob, .. new byte[(8 - (blob.Length % 8)) % 8]];

    [Fact]
    public void A_writer_counts_what_is_not_in_the_file_yet_and_a_full_block_goes_there()
    {
        using var file = new TraceFileWriter(_path, Start);
        Assert.Equal((new FileInfo(_path).Length, 1ul), (file.Bytes, file.Records));
        var record = new TraceRecord(Aio2TraceKind.Destroy, [.. Aio2TraceSchema.Records[Aio2TraceKind.Destroy].Fields.Select((_, i) => (TraceValue)(ulong)i)]);
        var before = file.Bytes;
        file.Write(record);
        Assert.True(file.Bytes > before);
        Assert.Equal((before, 2ul), (new FileInfo(_path).Length, file.Records));
        while (new FileInfo(_path).Length == before)
        {
            Assert.True(file.Records < 1_000_000, "no block was ever full");
            file.Write(record);
        }

        Assert.Equal(new FileInfo(_path).Length, file.Bytes);
        Assert.InRange(file.Bytes, before + (256 << 10), before + (257 << 10));
        file.Close(1, 0, "closed");
        file.Close(2, 0, "closed again");
        Assert.Equal("closed", TraceFile.Open(_path).Reason);
    }

    [Fact]
    public void A_file_that_is_there_is_replaced_only_where_that_is_asked_for()
    {
        File.WriteAllText(_path, new string('x', 100_000));
        Assert.Throws<IOException>(() => new TraceFileWriter(_path, Start, replace: false));
        Assert.Equal(100_000, new FileInfo(_path).Length);
        using (var file = new TraceFileWriter(_path, Start))
        {
            file.Close(1, 0, "closed");
        }

        Assert.Equal(1ul, TraceFile.Open(_path).Records);
    }

    [Fact]
    public void What_is_wrong_with_a_file_is_said_in_words()
    {
        using (var file = new TraceFileWriter(_path, Start))
        {
            file.Close(1, 0, "closed");
        }

        var whole = File.ReadAllBytes(_path);
        var start = BitConverter.ToInt32([whole[10], whole[9], whole[8], whole[7]]) + 11;
        Assert.Contains("the file is empty", Wrong([]), StringComparison.Ordinal);
        Assert.Contains("there is no END record", Wrong(whole[..start]), StringComparison.Ordinal);
        Assert.Contains("3 of the 11 bytes of a block's head", Wrong(whole[..(start + 3)]), StringComparison.Ordinal);
        Assert.Contains("of this block", Wrong(whole[..^1]), StringComparison.Ordinal);
        Assert.Contains("something follows the END record", Wrong([.. whole, .. whole[start..]]), StringComparison.Ordinal);
        Assert.Contains("no block of a trace begins here", Wrong([.. whole[..start], .. new byte[11]]), StringComparison.Ordinal);
        Assert.Contains("bytes: from 1 to", Wrong([.. whole[..start], 0x92, 0xce, 0, 0, 0, 0, 0xc6, 0, 0, 0, 0]), StringComparison.Ordinal);
        whole[^1] ^= 1;
        Assert.Contains("is damaged", Wrong(whole), StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_of_nothing_cannot_be_sealed()
    {
        File.WriteAllBytes(_path, []);
        Assert.Contains("the file is empty", Assert.Throws<TraceFormatException>(() => TraceFile.Seal(_path, "why")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_are_the_kinds_from_setup_to_ring_ctl()
    {
        var calls = Enumerable.Range(0, Aio2TraceKind.Last + 1).Where(kind => new TraceRecord(kind).IsCall);
        Assert.Equal(Enumerable.Range(Aio2TraceKind.Setup, Aio2TraceKind.RingCtl - Aio2TraceKind.Setup + 1), calls);
    }

    [Fact]
    public void A_field_that_an_older_file_lacks_is_zero_or_empty()
    {
        var record = new TraceRecord(Aio2TraceKind.Submit, 7ul);
        Assert.Equal((7ul, 0ul, "", 0), (record.Number(0), record.Number(1), record.Text(1), record.Bytes(1).Length));
        Assert.Equal(("", 0), (record.Text(0), record.Bytes(0).Length));
    }

    private string Wrong(byte[] content)
    {
        File.WriteAllBytes(_path, content);
        return Assert.Throws<TraceFormatException>(() => TraceFile.Open(_path)).Message;
    }
}
