using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.UserLib.Tests;

/// <summary>What is wrong is said in words that tell what to do.</summary>
public sealed class MisuseTests
{
    [Fact, Requirement("SUBMIT-5")]
    public void A_refused_iocb_is_told_with_reason_and_byte_and_can_be_dropped()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel);
        using var batch = new AioBatch();
        batch.Nop(1);
        batch.Add(new Iocb2 { Opcode = 999, UserData = 2 });
        batch.Nop(3);

        Assert.Equal(1, context.Submit(batch));
        var error = Assert.Throws<Aio2Exception>(() => context.Submit(batch));
        Assert.Equal(Errno.EINVAL, error.Errno);
        Assert.Equal(Aio2Reason.OpcodeUnknown, error.Reason);
        Assert.Equal(Iocb2.At.Opcode, error.Offset);
        batch.RemoveFirst();
        Assert.Equal(1, context.Submit(batch));
    }

    [Fact, Requirement("SETUP-4")]
    public void A_missing_feature_says_where_to_look()
    {
        using var kernel = new WatchedKernel();
        var error = Assert.Throws<Aio2Exception>(() => AioContext.Open(kernel, new AioContextOptions { RequiredFeatures = 1ul << 63 }));
        Assert.Equal(Errno.EOPNOTSUPP, error.Errno);
        Assert.Contains("probe", error.Message, StringComparison.Ordinal);
    }

    [Theory, Requirement("SETUP-5", "SETUP-7")]
    [InlineData(1000, true, false)]
    [InlineData(2048, true, false)]
    [InlineData(65536, false, true)]
    public void Options_that_no_kernel_takes_are_refused_before_the_call(int ringBytes, bool shared, bool single)
    {
        using var kernel = new WatchedKernel();
        var options = new AioContextOptions { RingBytes = ringBytes, SharedRing = shared, SingleReaper = single };
        Assert.Throws<ArgumentException>(() => AioContext.Open(kernel, options));
    }

    [Fact]
    public async Task A_context_is_reaped_by_the_program_or_for_its_tasks_but_not_both()
    {
        using var kernel = new WatchedKernel();
        using var manual = AioContext.Open(kernel);
        using var batch = new AioBatch();
        manual.Submit(batch);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await manual.NopAsync());
        Assert.Contains("second context", error.Message, StringComparison.Ordinal);

        using var tasks = AioContext.Open(kernel);
        Assert.Equal(0, (await tasks.NopAsync()).Bytes);
        Assert.Throws<InvalidOperationException>(() => tasks.TryReap(out _));
        Assert.Throws<InvalidOperationException>(() => tasks.Submit(batch));
    }

    [Fact]
    public async Task After_disposal_everything_says_so()
    {
        using var kernel = new WatchedKernel();
        var context = AioContext.Open(kernel);
        context.Dispose();
        context.Dispose();
        using var batch = new AioBatch();
        Assert.Throws<ObjectDisposedException>(() => context.TryReap(out _));
        Assert.Throws<ObjectDisposedException>(() => context.Submit(batch));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await context.NopAsync());
    }

    [Fact, Requirement("GET-6")]
    public async Task A_reaper_that_waits_while_the_context_is_disposed_is_told()
    {
        using var kernel = new WatchedKernel();
        var context = AioContext.Open(kernel);
        var waiting = Task.Factory.StartNew(() => context.Reap(out _), TaskCreationOptions.LongRunning);
        while (kernel.GetEventsCalls == 0)
        {
            await Task.Yield();
        }

        context.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void An_eventfd_that_was_not_asked_for_says_how_to_ask()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel);
        Assert.Contains("EventFd = true", Assert.Throws<InvalidOperationException>(() => context.EventFd).Message, StringComparison.Ordinal);
    }
}
