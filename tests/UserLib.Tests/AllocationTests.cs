namespace AioV2.UserLib.Tests;

/// <summary>Alone, since what is measured is the allocations of the whole process.</summary>
[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;

    [Fact]
    public void A_batch_allocates_nothing_once_it_is_warm()
    {
        const int rounds = 500;
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel);
        using var batch = new AioBatch();
        var attributes = AioAttributes.None.WithTiming();
        Assert.Equal(rounds * 10, Run());
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reaped = Run();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(rounds * 10, reaped);
        Assert.InRange(allocated, 0, rounds);

        int Run()
        {
            var count = 0;
            for (var round = 0; round < rounds; round++)
            {
                for (var n = 0u; n < 10; n++)
                {
                    batch.Nop(n, attributes);
                }

                var submitted = context.Submit(batch);
                while (submitted-- > 0 && context.Reap(out _))
                {
                    count++;
                }
            }

            return count;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_allocates_nothing_once_everything_is_warm(bool inline)
    {
        const int requests = 5_000;
        var failed = 0;
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel, new AioContextOptions { InlineContinuations = inline });
        using var file = new TestFile(4096);
        var buffer = GC.AllocateArray<byte>(4096, pinned: true);
        var attributes = AioAttributes.None.WithTiming();
        await Run(requests);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Run(requests);
        var perRequest = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)requests;

        // Tiering and the pool's own bookkeeping may allocate now and then; one object for each request would be 24 bytes.
        Assert.Equal(0, failed);
        Assert.InRange(perRequest, 0, 20);

        async Task Run(int count)
        {
            for (var n = 0; n < count; n++)
            {
                // Not by Assert: that allocates.
                var completion = await context.ReadAsync(file.Handle, buffer, 0, attributes).ConfigureAwait(false);
                failed += completion.Result == buffer.Length ? 0 : 1;
            }
        }
    }
}
