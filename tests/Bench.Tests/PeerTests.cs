using AioV2.Bench.Harness;
using AioV2.Bench.Peers;
using AioV2.Bench.Rows;

namespace AioV2.Bench.Tests;

public class PeerTests
{
    private const int Blocks = 64, BlockBytes = 4096;

    [Fact]
    public void A_reply_gives_time_operations_and_latencies()
    {
        var reading = PeerReply.Parse("ok 1000 10 5:7 100:3");

        Assert.Equal((10, 1000), (reading.Operations, reading.Nanoseconds));
        Assert.Equal(10, reading.Latencies!.Total);
        Assert.Equal(6, reading.Latencies.Percentile(0.7));
    }

    [Theory]
    [InlineData("no transfer: Bad address")]
    [InlineData("ok 1000")]
    [InlineData("ok 1000 0")]
    [InlineData("ok x 10")]
    [InlineData("ok 1000 10 5")]
    [InlineData("ok 1000 10 5:-1")]
    [InlineData("ok 1000 10 99999:1")]
    [InlineData("")]
    public void Any_other_reply_fails_the_leg(string line) => Assert.Throws<BenchException>(() => PeerReply.Parse(line));

    [Fact]
    public void Peers_that_need_only_the_C_library_do_what_they_are_asked()
    {
        using var house = new PeerHouse();
        var path = Path.Combine(Path.GetTempPath(), "aio2-peer-test-" + Path.GetRandomFileName());
        try
        {
            BenchFiles.Fill(path, Blocks * BlockBytes);
            var plan = new TransferPlan(new BenchFile(path, Blocks * BlockBytes, FileSystemKind.Ext4), 4, Latency: true);

            Assert.Equal(1000, house[PeerProgram.Spsc].Run("one", 1000, "").Operations);
            Assert.Equal(1000, house[PeerProgram.Spsc].Run("two", 1000, "").Operations);
            Assert.Equal(1000, house[PeerProgram.Decode].Run("event", 1000, "").Operations);
            Assert.Equal(100, house[PeerProgram.Preadv].Run("loop", 100, plan.Arguments).Latencies!.Total);
            Assert.Equal(100, house[PeerProgram.Preadv].Run("pool", 100, (plan with { Mixed = true }).Arguments).Operations);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>One took the file away into which the other's linker still wrote: "Permission denied".</summary>
    [Fact]
    public async Task A_peer_that_many_want_at_once_is_whole_for_each()
    {
        const int Many = 6;
        var sources = Path.Combine(RepositoryRoot.Find()!, "bench", "peers");
        var folder = Directory.CreateTempSubdirectory("aio2-peer-test-").FullName;
        using var start = new Barrier(Many);
        try
        {
            var runs = Enumerable.Range(0, Many).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    using var peer = new PeerProcess(PeerProgram.Decode.Build(sources, folder));
                    return peer.Run("event", 1000, "").Operations;
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));

            Assert.All(await Task.WhenAll(runs), done => Assert.Equal(1000, done));
            Assert.Equal(["decode"], Directory.GetFiles(folder).Select(Path.GetFileName));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_peer_refuses_what_it_does_not_know_and_goes_on()
    {
        using var house = new PeerHouse();
        var peer = house[PeerProgram.Decode];

        Assert.Throws<BenchException>(() => peer.Run("nonsense", 1, ""));
        Assert.Throws<BenchException>(() => peer.Run("event", 0, ""));
        Assert.Throws<BenchException>(() => house[PeerProgram.Preadv].Run("loop", 1, "path=/nowhere/at/all bytes=4096"));
        Assert.Equal(5, peer.Run("event", 5, "").Operations);
    }

    [Fact]
    public void Blocks_are_met_once_each_before_any_comes_again()
    {
        var order = new BlockOrder(Blocks * BlockBytes, BlockBytes);
        for (var round = 0; round < 2; round++)
        {
            var offsets = Enumerable.Range(0, Blocks).Select(_ => order.Next()).ToArray();
            Assert.Equal(Enumerable.Range(0, Blocks).Select(i => (long)i * BlockBytes), offsets.Order());
        }
    }

    [Fact]
    public void Three_of_ten_are_writes() => Assert.Equal(30, Enumerable.Range(0, 100).Count(i => BlockOrder.IsWrite(i)));

    [Fact]
    public void The_reads_of_fio_are_taken_from_its_report()
    {
        var reading = FioSide.Read("fio: a warning\n{\"jobs\":[{\"read\":{\"total_ios\":1234,\"runtime\":50}}]}");

        Assert.Equal((1234, 50_000_000), (reading.Operations, reading.Nanoseconds));
    }

    [Fact]
    public void A_program_that_does_not_exist_is_a_missing_peer()
    {
        using var tool = new ToolSide("/nowhere/at/all", []);
        Assert.Throws<PeerMissingException>(() => tool.Run(1));
    }

    [Fact]
    public void Copying_times_are_taken_from_what_the_programs_write()
    {
        Assert.Equal(71_200_000, CopyTools.ElapsedOfDd("1+0 records in\n1+0 records out\n1048576 bytes (1.0 MB, 1.0 MiB) copied, 0.0712 s, 3.8 GB/s\n"));
        Assert.Equal(12345, CopyTools.ElapsedOfCopy("{\"bytes\": 1, \"elapsed_ns\": 12345}"));
        Assert.Throws<BenchException>(() => CopyTools.ElapsedOfDd("dd: something else"));
    }

    [Fact]
    public void A_program_that_fails_fails_the_leg()
    {
        using var tool = new ToolSide("sh", ["-c", "echo broken >&2; exit 3"]);
        Assert.Contains("broken", Assert.Throws<BenchException>(() => tool.Run(1)).Message);
    }
}
