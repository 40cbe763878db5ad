using AioV2.Abi;
using AioV2.Kernel;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.UserLib.Tests;

/// <summary>Several contexts that share the load.</summary>
public sealed class GroupTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact, Requirement("LIB-1")]
    public void Each_request_goes_where_the_least_bytes_are_in_flight()
    {
        using var kernel = new WatchedKernel(new KernelOptions { Engine = EngineKind.Threads });
        var sizes = Gen.Choose(1, 10_000).ListOf().Select(list => list.Take(20).ToArray()).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30).WithReplay(4, 7), Prop.ForAll(sizes, requests =>
        {
            using var group = AioContextGroup.Open(kernel, contexts: 3);
            using var pipe = new TestPipe();
            using var stop = new CancellationTokenSource();
            var expected = new long[3];
            var reads = new List<Task>();
            foreach (var bytes in requests)
            {
                reads.Add(group.ReadAsync(pipe.Reader, new byte[bytes], -1, cancellationToken: stop.Token).AsTask());
                var now = group.Contexts.Select(context => context.BytesInFlight).ToArray();
                var chosen = Assert.Single(Enumerable.Range(0, 3), n => now[n] != expected[n]);
                Assert.Equal(expected.Min(), expected[chosen]);
                expected[chosen] += bytes;
                Assert.Equal(expected, now);
            }

            Assert.Equal((requests.Sum(), requests.Length), (group.BytesInFlight, group.RequestsInFlight));
            stop.Cancel();
            foreach (var read in reads)
            {
                Assert.ThrowsAny<OperationCanceledException>(() => read.WaitAsync(Patience).GetAwaiter().GetResult());
            }

            group.Dispose();
            Assert.Equal((0, 0), (group.BytesInFlight, group.RequestsInFlight));
        }));
    }

    [Fact, Requirement("LIB-1")]
    public async Task Requests_without_bytes_are_shared_out_by_their_number()
    {
        using var kernel = new WatchedKernel();
        await using var group = AioContextGroup.Open(kernel, contexts: 4);
        using var pipe = new TestPipe();
        const ulong pollIn = 1;
        var polls = Enumerable.Range(0, 12)
            .Select(_ => group.RunAsync(new Iocb2 { Opcode = Aio2Op.Poll, Fd = (int)pipe.Reader.DangerousGetHandle(), Len = pollIn }).AsTask()).ToArray();
        Assert.All(group.Contexts, context => Assert.Equal((3, 0), (context.RequestsInFlight, context.BytesInFlight)));

        pipe.Write(1);
        Assert.All(await Task.WhenAll(polls).WaitAsync(Patience), completion => Assert.True(completion.Succeeded));
    }

    [Fact, Requirement("LIB-1")]
    public async Task Many_threads_write_through_a_group_and_everything_arrives()
    {
        using var kernel = new WatchedKernel();
        using var file = new TestFile();
        var blocks = Enumerable.Range(0, 400).Select(n => Enumerable.Repeat((byte)n, 512).ToArray()).ToArray();
        await using (var group = AioContextGroup.Open(kernel, new AioContextOptions { RequestSlots = 8 }, AioGroupPlacement.PerCpu))
        {
            Assert.Equal(Environment.ProcessorCount, group.Contexts.Count);
            await Parallel.ForAsync(0, blocks.Length, async (n, token) =>
                (await group.WriteAsync(file.Handle, blocks[n], n * 512, cancellationToken: token)).EnsureSuccess()).WaitAsync(Patience);
            Assert.Equal(0, (await group.FlushAsync(file.Handle)).Bytes);
            var read = new byte[512];
            Assert.Equal(512, (await group.ReadAsync(file.Handle, read, 512)).Bytes);
            Assert.Equal(blocks[1], read);
        }

        Assert.Equal(blocks.SelectMany(block => block).ToArray(), file.OnDisk());
    }

    [Fact, Requirement("DESTROY-1")]
    public async Task Disposal_waits_for_the_io_of_all_contexts_and_is_final()
    {
        using var kernel = new WatchedKernel();
        var group = AioContextGroup.Open(kernel, contexts: 2);
        using var pipe = new TestPipe();
        var reads = Enumerable.Range(0, 2).Select(_ => group.ReadAsync(pipe.Reader, new byte[1], -1).AsTask()).ToArray();
        var disposal = group.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);

        pipe.Write(1, 2);
        Assert.All(await Task.WhenAll(reads).WaitAsync(Patience), read => Assert.Equal(1, read.Bytes));
        await disposal.WaitAsync(Patience);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await group.ReadAsync(pipe.Reader, new byte[1], -1));
    }

    [Fact, Requirement("SETUP-6")]
    public void A_group_that_cannot_be_opened_whole_leaves_nothing_behind()
    {
        using var kernel = new WatchedKernel(new KernelOptions { ReqsCeiling = 100 });
        var options = new AioContextOptions { RequestSlots = 40 };
        Assert.Equal(Errno.EAGAIN, Assert.Throws<Aio2Exception>(() => AioContextGroup.Open(kernel, contexts: 3, options)).Errno);
        using var group = AioContextGroup.Open(kernel, contexts: 2, options);
        Assert.Equal(2, group.Contexts.Count);
    }

    [Fact, Requirement("LIB-1")]
    public void Nodes_are_read_as_the_system_tells_them()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            Assert.Equal([0], CpuPlacement.OfNodes(folder.FullName).ContextOfCpu);
            foreach (var (node, cpus) in new[] { ("node0", "0-1,4\n"), ("node1", "\n"), ("node10", "2-3,5-6\n") })
            {
                Directory.CreateDirectory(Path.Combine(folder.FullName, node));
                File.WriteAllText(Path.Combine(folder.FullName, node, "cpulist"), cpus);
            }

            // A node without CPUs has memory only, and no ring of its own.
            var (contextOfCpu, contexts) = CpuPlacement.OfNodes(folder.FullName);
            Assert.Equal(2, contexts);
            Assert.Equal([0, 0, 1, 1, 0, 1, 1], contextOfCpu);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.InRange(CpuPlacement.Of(AioGroupPlacement.PerNode).Contexts, 1, Environment.ProcessorCount);
    }
}
