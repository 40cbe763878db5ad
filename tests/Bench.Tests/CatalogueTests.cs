using AioV2.Bench.Harness;
using AioV2.Bench.Rows;

namespace AioV2.Bench.Tests;

public class CatalogueTests
{
    /// <summary>The targets that were set, one line for each bound.</summary>
    public static TheoryData<string, string, string> Targets => new()
    {
        { "decode", "the same in C", "≤ 15.0 ns" },
        { "ring/one-thread", "C SPSC ring", "≥ 100 M/s" },
        { "ring/two-threads", "Channel, bounded", "≥ 2x" },
        { "ring/two-threads", "Channel, unbounded", "≥ 1x" },
        { "ring/two-threads", "C SPSC ring", "≥ 0.8x" },
        { "nop/32", "io_uring", "≥ 3x" },
        { "nop/1", "io_uring", "≥ 3x" },
        { "read/hot/ext4/32", "io_uring", "≥ 1.05x" },
        { "read/hot/ext4/32", "libaio", "≥ 1.1x" },
        { "read/hot/ext4/32", "io_uring, registered files and buffers", "≥ 1x" },
        { "read/hot/ext4/32", "the same work in C", "≥ 1x" },
        { "read/hot/tmpfs/32", "io_uring", "≥ 2x" },
        { "read/cold/ext4/32", "libaio", "≥ 5x" },
        { "read/cold/ext4/32", "io_uring", "≥ 0.97x" },
        { "read/direct/ext4/32", "io_uring", "≥ 0.97x" },
        { "read/direct/ext4/1/p99", "io_uring", "≤ 1.15x" },
        { "attributes/3", "ours, no attributes", "≥ 0.96x" },
        { "attributes/3", "the same work in C", "≥ 1x" },
        { "reap/single", "liburing's CQ loop", "≤ 4.00 ns" },
        { "reap/batch", "liburing's CQ loop", "≤ 5.00 ns" },
        { "overflow-storm", "ours, a ring that holds them all", "≥ 0.5x" },
        { "setup/private", "io_uring_queue_init + exit", "≤ 0.4x" },
        { "in-flight", "ours, 1 000 in flight", "≤ 4x" },
        { "memory", "none", "≤ 512 B" },
        { "c-call", "none", "≤ 15.0 ns" },
        { "fio/compat/hot", "fio libaio", "≥ 1x" },
        { "fio/compat/direct", "fio io_uring", "≥ 0.95x" },
        { "crc/t10-dif/512", "ISA-L", "≥ 0.9x" },
        { "crc/t10-dif/4096", "ISA-L", "≥ 0.9x" },
        { "crc/crc-32c/512", "ISA-L", "≥ 0.9x" },
        { "crc/crc-32c/4096", "ISA-L", "≥ 0.9x" },
        { "copy/plain", "dd bs=1M", "≤ 1.1x" },
        { "copy/checksum", "dd bs=1M", "≤ 1.25x" },
        { "conformance", "none", "≥ 100 k/s" },
        { "tools/spec", "none", "≤ 300 ms" },
        { "tools/gen", "none", "≤ 300 ms" },
        { "trace", "ours, no recording", "≥ 0.95x" },
    };

    [Theory, MemberData(nameof(Targets))]
    public void Every_target_is_a_row(string id, string peer, string target)
    {
        var row = Assert.Single(Catalogue.All, r => r.Id == id && r.Peer == peer);
        Assert.Equal(target, row.Target?.Text(row.Quantity));
    }

    [Fact]
    public void No_row_has_a_target_that_is_not_listed() =>
        Assert.Equal(Targets.Count, Catalogue.All.Count(row => row.Target is not null));

    [Fact]
    public void Id_and_peer_name_a_row() =>
        Assert.Equal(Catalogue.All.Count, Catalogue.All.Select(row => (row.Id, row.Peer)).Distinct().Count());

    [Theory]
    [InlineData("nop/1")]
    [InlineData("nop/32")]
    [InlineData("nop/1024")]
    [InlineData("read/hot/ext4/1")]
    [InlineData("read/hot/ext4/256")]
    [InlineData("read/hot/tmpfs/1")]
    [InlineData("read/hot/tmpfs/256")]
    [InlineData("read/cold/ext4/1")]
    [InlineData("read/cold/ext4/256")]
    [InlineData("read/direct/ext4/256")]
    [InlineData("read/direct/tmpfs/32")]
    [InlineData("mixed-70-30/ext4/32")]
    [InlineData("mixed-70-30/tmpfs/32")]
    [InlineData("attributes/0")]
    [InlineData("attributes/1")]
    [InlineData("attributes/8")]
    [InlineData("reap/call")]
    [InlineData("reapers/1")]
    [InlineData("reapers/2")]
    [InlineData("reapers/4")]
    [InlineData("nop/eventfd-epoll/1")]
    [InlineData("setup/shared")]
    [InlineData("fio/engine/hot")]
    [InlineData("fio/engine/direct")]
    public void Rows_without_a_target_are_there_too(string id) => Assert.Contains(Catalogue.All, row => row.Id == id);

    [Fact]
    public void Eight_attributes_are_eight_that_a_read_can_carry()
    {
        var set = AttributeSet.Eight;

        Assert.Equal(8, set.Types.Distinct().Count());
        Assert.All(set.Types, type => Assert.True(Abi.Aio2Catalog.Attributes.Single(a => a.Type == type).Fits(Abi.Aio2Op.Pread)));
    }

    [Fact]
    public void Attributes_are_laid_out_as_a_reader_of_the_abi_finds_them()
    {
        foreach (var set in new[] { AttributeSet.None, AttributeSet.One, AttributeSet.Three, AttributeSet.Eight })
        {
            var record = new byte[Abi.Iocb2.SizeOf + set.Encode().Length];
            BitConverter.TryWriteBytes(record, (uint)record.Length);
            set.Encode().CopyTo(record, Abi.Iocb2.SizeOf);
            Assert.False(Abi.Codecs.IocbReader.Open(record, out var iocb).IsError);
            var found = new List<ushort>();
            var attributes = iocb.Attributes;
            while (attributes.TryNext(out var one))
            {
                var type = one.Type;
                found.Add(type);
                Assert.Equal(Abi.Aio2Catalog.Attributes.Single(a => a.Type == type).InSize, one.Payload.Length);
            }
            Assert.False(attributes.Error.IsError);
            Assert.Equal(set.Types, found);
        }
    }
}
