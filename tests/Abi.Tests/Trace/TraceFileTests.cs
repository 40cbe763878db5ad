using System.Buffers.Binary;
using AioV2.Abi.Trace;
using static AioV2.Abi.Tests.Trace.TraceBytes;

namespace AioV2.Abi.Tests.Trace;

/// <summary>The file of a trace: what was written is read, and what is not whole is refused with its place.</summary>
public sealed class TraceFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"aio2-trace-{Guid.NewGuid():n}");

    public void Dispose() => File.Delete(_path);

    private static TraceStart Start => new("kernel", "threads", "a program", 4711, 1_700_000_000_000_000_000, 55);

    private static TraceRecord Draw(Random random, int kind, int blobBytes)
    {
        var values = new List<TraceValue>();
        foreach (var (_, type) in Aio2TraceSchema.Records[kind].Fields)
        {
            var number = (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            var bytes = new byte[random.Next(random.Next(2) == 0 ? 10 : blobBytes)];
            random.NextBytes(bytes);
            values.Add(type switch
            {
                "u64" => number,
                "s64" => -(long)(number >> 1),
                "bytes" => bytes,
                _ => "text ä " + number,
            });
        }

        return new TraceRecord(kind, [.. values]);
    }

    private List<TraceRecord> Write(int count, int blobBytes = 3000)
    {
        var random = new Random(1);
        var records = Enumerable.Range(0, count).Select(i => Draw(random, Aio2TraceKind.Setup + (i % (Aio2TraceKind.Last - Aio2TraceKind.Setup + 1)), blobBytes)).ToList();
        using var file = new TraceFileWriter(_path, Start);
        foreach (var record in records)
        {
            file.Write(record);
        }

        file.Close(99, 3, "closed");
        return records;
    }

    private static void AssertSame(List<TraceRecord> expected, List<TraceRecord> found)
    {
        Assert.Equal(expected.Count, found.Count);
        foreach (var (a, b) in expected.Zip(found))
        {
            Assert.Equal(a.Kind, b.Kind);
            Assert.Equal(a.Values.Length, b.Values.Length);
            for (var i = 0; i < a.Values.Length; i++)
            {
                Assert.Equal(a.Number(i), b.Number(i));
                Assert.Equal(a.Text(i), b.Text(i));
                Assert.True(a.Bytes(i).Span.SequenceEqual(b.Bytes(i).Span));
            }
        }
    }

    [Fact]
    public void What_was_written_is_read()
    {
        var records = Write(2000);
        var trace = TraceFile.Open(_path);

        Assert.Equal(Start, trace.Start);
        Assert.Equal((2001ul, 3ul, "closed"), (trace.Records, trace.Lost, trace.Reason));
        AssertSame(records, [.. trace.Read()]);
    }

    [Fact]
    public void Every_truncation_is_refused_with_the_offset_of_the_block_that_is_cut()
    {
        Write(6, blobBytes: 20);
        var whole = File.ReadAllBytes(_path);
        var blocks = Blocks(whole);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            var refused = Assert.Throws<TraceFormatException>(() => TraceFile.Open(_path));
            Assert.Equal(blocks.Last(b => b <= length), refused.Offset);
            Assert.Contains($"offset {refused.Offset}", refused.Message);
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_refused_with_the_offset_of_the_block_that_it_is_in()
    {
        Write(3, blobBytes: 20);
        var whole = File.ReadAllBytes(_path);
        var blocks = Blocks(whole);
        for (var bit = 0; bit < whole.Length * 8; bit += 7)
        {
            var bytes = (byte[])whole.Clone();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_path, bytes);
            var refused = Assert.Throws<TraceFormatException>(() => TraceFile.Open(_path));
            Assert.Equal(blocks.Last(b => b <= bit / 8), refused.Offset);
        }
    }

    [Fact]
    public void What_follows_the_end_is_refused()
    {
        Write(3);
        var end = new FileInfo(_path).Length;
        File.AppendAllBytes(_path, File.ReadAllBytes(_path));

        Assert.InRange(Assert.Throws<TraceFormatException>(() => TraceFile.Open(_path)).Offset, end, end + HeadBytes);
    }

    [Fact]
    public void A_file_without_its_middle_block_is_refused_although_each_block_is_sound()
    {
        Write(2000);
        var whole = File.ReadAllBytes(_path);
        var blocks = Blocks(whole);
        Assert.True(blocks.Count > 4);
        File.WriteAllBytes(_path, [.. whole[..(int)blocks[1]], .. whole[(int)blocks[2]..]]);

        Assert.Contains("END counts", Assert.Throws<TraceFormatException>(() => TraceFile.Open(_path)).Message);
    }

    [Fact]
    public void Sealed_is_what_was_whole_and_nothing_of_the_rest()
    {
        var records = Write(2000);
        var whole = File.ReadAllBytes(_path);
        Assert.False(TraceFile.Seal(_path, "not needed"));
        Assert.Equal(whole, File.ReadAllBytes(_path));
        foreach (var block in Blocks(whole).Where(b => b > 0))
        {
            foreach (var length in new[] { block, block + 5, Math.Min(block + 500, whole.Length - 1) })
            {
                File.WriteAllBytes(_path, whole[..(int)length]);
                Assert.True(TraceFile.Seal(_path, "killed by signal 9"));
                var trace = TraceFile.Open(_path);
                Assert.Equal("killed by signal 9", trace.Reason);
                var left = trace.Read().ToList();
                AssertSame(records[..left.Count], left);
            }
        }
    }

    [Fact]
    public void A_newer_writers_fields_and_kinds_are_passed_over()
    {
        // START with two kinds: LOST with a field more than is known here, and one that nobody knows. Then one of each, and END.
        byte[] start =
        [
            0x9c, 0, .. Text("aio2-trace"), 1,
            0x93, .. Kind(Aio2TraceKind.Lost, "LOST", "time", "ctx", "count", "more"), .. Kind(100, "NEW", "what"), .. Kind(Aio2TraceKind.End, "END", "time", "records", "blocks", "lost", "reason"),
            2, .. Text("hash"), .. Text("kernel"), .. Text(""), .. Text(""), 1, 2, 3,
        ];
        byte[] lost = [0x95, Aio2TraceKind.Lost, 7, 8, 9, 0x81, 1, 2];
        byte[] unknown = [0x92, 100, 0xc3];
        byte[] end = [0x96, Aio2TraceKind.End, 1, 3, 1, 0, .. Text("closed")];
        File.WriteAllBytes(_path, [.. Block([.. start, .. lost, .. unknown]), .. Block(end)]);

        var record = Assert.Single(TraceFile.Open(_path).Read());
        Assert.Equal((Aio2TraceKind.Lost, 9ul), (record.Kind, record.Number(Aio2TraceLost.Count)));
    }

    [Theory]
    [InlineData(2, "version 2: this program reads 'aio2-trace' version 1")]
    [InlineData(0, "version 0")]
    public void Another_version_is_refused(byte version, string message)
    {
        File.WriteAllBytes(_path, Block([0x9c, 0, .. Text("aio2-trace"), version, 0x90, 2, 0xa0, 0xa0, 0xa0, 0xa0, 1, 2, 3]));

        var refused = Assert.Throws<TraceFormatException>(() => TraceFile.Open(_path));
        Assert.Equal(HeadBytes, refused.Offset);
        Assert.Contains(message, refused.Message);
    }

    [Fact]
    public void A_record_that_does_not_fit_the_schema_is_refused_at_its_own_offset()
    {
        Write(3);
        var whole = File.ReadAllBytes(_path);
        var at = Blocks(whole)[1];
        File.WriteAllBytes(_path, [.. whole[..(int)at], .. Block([0x94, Aio2TraceKind.Lost, 1, 2, 3, 0x93, Aio2TraceKind.Lost, 1, 2])]);

        Assert.Equal(at + HeadBytes + 5, Assert.Throws<TraceFormatException>(() => TraceFile.Open(_path)).Offset);
    }

    private static List<long> Blocks(byte[] file)
    {
        var at = new List<long>();
        for (long offset = 0; offset < file.Length; offset += HeadBytes + BinaryPrimitives.ReadInt32BigEndian(file.AsSpan((int)offset + 7)))
        {
            at.Add(offset);
        }

        return at;
    }
}
