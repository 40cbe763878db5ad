using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.UserLib.Tests;

/// <summary><c>await foreach</c> over completions.</summary>
public sealed class EnumerationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory, Requirement("RING-6", "RING-10")]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    public async Task Every_event_comes_once_and_in_order(bool sharedRing, bool eventFd, bool singleReaper)
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(
            kernel, new AioContextOptions { RingBytes = 4096, RequestSlots = 64, SharedRing = sharedRing, EventFd = eventFd, SingleReaper = singleReaper });
        using var bound = new CancellationTokenSource(Patience);
        var submitting = Task.Run(() => SubmitNops(context, 3_000), bound.Token);
        var expected = 0ul;
        await foreach (var completion in context.ReadCompletionsAsync(bound.Token))
        {
            Assert.Equal(expected++, completion.UserData);
            if (expected == 3_000)
            {
                break;
            }
        }

        await submitting.WaitAsync(Patience);
    }

    [Fact, Requirement("GET-5")]
    public async Task Several_sequences_share_the_events()
    {
        using var kernel = new WatchedKernel();
        var context = AioContext.Open(kernel);
        var seen = 0;
        var sum = 0ul;
        var all = new TaskCompletionSource();
        var readers = Enumerable.Range(0, 3).Select(_ => context.ReadCompletionsAsync()).Select(events => Task.Run(() => Read(events))).ToArray();
        SubmitNops(context, 2_000);
        await all.Task.WaitAsync(Patience);

        // Disposal ends the sequences; it does not break them.
        await context.DisposeAsync().AsTask().WaitAsync(Patience);
        await Task.WhenAll(readers).WaitAsync(Patience);
        Assert.Equal((2_000, 1_999_000ul), (seen, sum));

        async Task Read(IAsyncEnumerable<Completion> events)
        {
            await foreach (var completion in events)
            {
                Interlocked.Add(ref sum, completion.UserData);
                if (Interlocked.Increment(ref seen) == 2_000)
                {
                    all.SetResult();
                }
            }
        }
    }

    [Fact]
    public async Task A_token_ends_the_waiting_and_the_event_stays_for_the_next()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel);
        using var stop = new CancellationTokenSource();
        var waiting = First(context, stop.Token);
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
        Assert.Equal(stop.Token, error.CancellationToken);

        SubmitNops(context, 1);
        Assert.Equal(0, (await First(context, CancellationToken.None).WaitAsync(Patience)).Result);
    }

    [Fact, Requirement("SUBMIT-8")]
    public async Task A_level_source_is_told_for_as_long_as_it_is_ready()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel);
        using var pipe = new TestPipe();
        using var batch = new AioBatch();
        const ulong pollIn = 1;
        batch.Add(new Iocb2
        {
            Opcode = Aio2Op.Poll, Flags = Aio2IocbFlags.Level, Fd = (int)pipe.Reader.DangerousGetHandle(), Len = pollIn, UserData = 5,
        });
        Assert.Equal(1, context.Submit(batch));
        using var bound = new CancellationTokenSource(Patience);
        var readings = 0;
        var reading = Task.Run(Read, bound.Token);
        pipe.Write(1);
        await reading.WaitAsync(Patience);
        Assert.Equal(3, readings);
        Assert.Equal(1, kernel.Cancel(context.Id, 5, 0));

        async Task Read()
        {
            await foreach (var completion in context.ReadCompletionsAsync(bound.Token))
            {
                Assert.True(completion.IsLevel);
                Assert.Equal(5ul, completion.UserData);
                if (++readings == 3)
                {
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task A_context_that_is_gone_or_reaps_for_tasks_refuses_at_once()
    {
        using var kernel = new WatchedKernel();
        var context = AioContext.Open(kernel);
        await context.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => context.ReadCompletionsAsync());

        await using var tasks = AioContext.Open(kernel);
        await tasks.NopAsync();
        Assert.Throws<InvalidOperationException>(() => tasks.ReadCompletionsAsync());
    }

    private static async Task<Completion> First(AioContext context, CancellationToken token)
    {
        await foreach (var completion in context.ReadCompletionsAsync(token))
        {
            return completion;
        }

        throw new InvalidOperationException("the sequence ended");
    }

    private static void SubmitNops(AioContext context, int count)
    {
        using var batch = new AioBatch();
        for (var n = 0; n < count; n++)
        {
            batch.Nop((ulong)n);
        }

        while (batch.Count > 0)
        {
            if (context.Submit(batch) == 0)
            {
                Thread.Yield();
            }
        }
    }
}
