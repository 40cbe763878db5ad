using AioV2.Abi.Trace;
using static AioV2.Abi.Tests.Trace.TraceBytes;

namespace AioV2.Abi.Tests.Trace;

/// <summary>Blocks that are sound, and records in them that are not what the file's own schema says.</summary>
public sealed class TraceSchemaTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"aio2-trace-{Guid.NewGuid():n}");

    public void Dispose() => File.Delete(_path);

    private static byte[] Lost => Kind(Aio2TraceKind.Lost, "LOST", "time", "ctx", "count");

    private static byte[] EndKind => Kind(Aio2TraceKind.End, "END", "time", "records", "blocks", "lost", "reason");

    [Fact]
    public void What_is_no_START_of_all_its_fields_begins_no_trace()
    {
        const string Words = "the file does not begin with a START record of 11 fields";
        Assert.Contains(Words, Wrong(Block([0x94, Aio2TraceKind.Lost, 1, 2, 3])), StringComparison.Ordinal);
        Assert.Contains(Words, Wrong(Block([0x9c, Aio2TraceKind.Lost, .. Start(Lost, EndKind)[2..]])), StringComparison.Ordinal);
        Assert.Contains(Words, Wrong(Block([0x9b, .. Start(Lost, EndKind)[1..^1]])), StringComparison.Ordinal);
        Assert.Contains("format '' version 1: this program reads", Wrong(Block([0x9c, 0, 0xc0, 1, 0x90, 2, 0xa0, 0xa0, 0xa0, 0xa0, 1, 2, 3])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_START_of_a_newer_writer_may_have_more_fields()
    {
        File.WriteAllBytes(_path, [.. Block([0x9e, .. Start(EndKind)[1..], 0x81, 1, 2, 0xc3]), .. Block(End(1, 1))]);
        Assert.Equal("kernel", TraceFile.Open(_path).Start.Source);
    }

    [Fact]
    public void A_kind_of_the_schema_has_a_name_and_stands_there_once()
    {
        const string Words = "the schema has a kind without a name, or twice, at offset ";
        Assert.Contains(Words, Wrong(Block(Start([0x91, 100], EndKind))), StringComparison.Ordinal);
        Assert.Contains(Words, Wrong(Block(Start(Lost, Lost, EndKind))), StringComparison.Ordinal);

        // One without fields is a kind.
        File.WriteAllBytes(_path, [.. Block([.. Start(Kind(100, "BARE"), EndKind), 0x91, 100]), .. Block(End(2, 1))]);
        Assert.Empty(TraceFile.Open(_path).Read());
    }

    [Theory]
    [InlineData(Aio2TraceKind.Lost, 4)]
    [InlineData(Aio2TraceKind.Lost, 2)]
    [InlineData(99, 3)]
    public void A_record_of_another_length_or_kind_is_refused_in_words(int kind, int fields)
    {
        var start = Start(Lost, EndKind);
        byte[] record = [(byte)(0x91 + fields), (byte)kind, .. new byte[fields]];
        Assert.Contains(
            $"a record of kind {kind} with {fields} fields at offset {start.Length}: the file's schema has none",
            Wrong([.. Block([.. start, .. record]), .. Block(End(2, 1))]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_START_is_read_as_any_record_and_its_schema_is_no_text()
    {
        var kind = Kind(Aio2TraceKind.Start, Aio2TraceSchema.Records[Aio2TraceKind.Start].Fields.Select(f => f.Name).Prepend("START").ToArray());
        var start = Start(kind, EndKind);
        Assert.Contains("no record of a trace", Wrong([.. Block([.. start, .. start]), .. Block(End(2, 1))]), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_nil_is_refused_in_words()
    {
        byte[] end = [0x96, Aio2TraceKind.End, 1, 1, 1, 0, 0xc0];
        Assert.Contains("expected bytes or text before offset 7, found nil", Wrong([.. Block(Start(EndKind)), .. Block(end)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 1, true)]
    [InlineData(1, 1, false)]
    [InlineData(2, 0, false)]
    [InlineData(2, 2, false)]
    public void END_counts_both_records_and_blocks(byte records, byte blocks, bool isWhole)
    {
        byte[] file = [.. Block([.. Start(Lost, EndKind), 0x94, Aio2TraceKind.Lost, 1, 2, 3]), .. Block(End(records, blocks))];
        if (isWhole)
        {
            File.WriteAllBytes(_path, file);
            Assert.Single(TraceFile.Open(_path).Read());
            return;
        }

        Assert.Contains($"END counts {records} records in {blocks} blocks, 2 in 1 were found", Wrong(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_may_have_four_MiB_and_no_byte_more()
    {
        byte[] head = [0x92, 0xce, 0, 0, 0, 0, 0xc6, 0, 0x40, 0, 0];
        Assert.Contains("0 of the 4194304 bytes of this block", Wrong([.. Block(Start(EndKind)), .. head]), StringComparison.Ordinal);
        Assert.Contains("a block of 4194305 bytes", Wrong([.. Block(Start(EndKind)), .. head[..^1], 1]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_never_was_a_trace_is_not_sealed_and_told_why()
    {
        File.WriteAllBytes(_path, new byte[100]);
        Assert.Contains(
            "no block of a trace begins here", Assert.Throws<TraceFormatException>(() => TraceFile.Seal(_path, "why")).Message, StringComparison.Ordinal);
        Assert.Equal(100, new FileInfo(_path).Length);
    }

    [Fact]
    public void What_is_appended_to_a_trace_that_was_looked_at_is_not_read()
    {
        var lost = Block([0x94, Aio2TraceKind.Lost, 1, 2, 3]);
        File.WriteAllBytes(_path, [.. Block(Start(Lost, EndKind)), .. lost, .. Block(End(2, 2))]);
        var trace = TraceFile.Open(_path);
        File.AppendAllBytes(_path, lost);
        Assert.Single(trace.Read());
    }

    [Fact]
    public void A_trace_that_begins_now_names_this_process_and_both_clocks()
    {
        var before = (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds * 1_000_000;
        var ticks = (ulong)System.Diagnostics.Stopwatch.GetTimestamp();
        var start = TraceStart.Now("conform", "C");
        Assert.Equal(("conform", "C", Environment.ProcessId), (start.Source, start.Engine, start.Pid));
        Assert.Equal(string.Join(' ', File.ReadAllText("/proc/self/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries)), start.Program);
        Assert.NotEqual("", start.Program);
        Assert.InRange(start.RealtimeNs, before, ((ulong)(DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds + 1) * 1_000_000);
        Assert.InRange(start.TimeNs, ticks, (ulong)System.Diagnostics.Stopwatch.GetTimestamp());
    }

    // A START record with this schema.
    private static byte[] Start(params byte[][] kinds) =>
    [
        0x9c, 0, .. Text("aio2-trace"), 1, (byte)(0x90 + kinds.Length), .. kinds.SelectMany(k => k),
        2, .. Text("hash"), .. Text("kernel"), .. Text(""), .. Text(""), 1, 2, 3,
    ];

    private static byte[] End(byte records, byte blocks) => [0x96, Aio2TraceKind.End, 1, records, blocks, 0, .. Text("closed")];

    private string Wrong(byte[] content)
    {
        File.WriteAllBytes(_path, content);
        return Assert.Throws<TraceFormatException>(() => TraceFile.Open(_path)).Message;
    }
}
