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

    [Fact, Requirement("ATTR-6")]
    public void An_event_too_large_for_the_ring_says_what_to_do()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel, new AioContextOptions { RingBytes = 4096 });
        using var batch = new AioBatch();
        var attributes = AioAttributes.None;
        for (ushort type = 0x4000; attributes.Bytes.Length <= context.MaxEventBytes; type++)
        {
            attributes = attributes.With(type, new byte[8]);
        }

        batch.Nop(1, attributes);
        var error = Assert.Throws<Aio2Exception>(() => context.Submit(batch));
        Assert.Equal(Errno.EMSGSIZE, error.Errno);
        Assert.Contains("RingBytes", error.Message, StringComparison.Ordinal);
    }

    [Fact, Requirement("SUBMIT-2")]
    public void Memory_that_is_not_pinned_is_refused_and_pinned_memory_is_read_into()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel);
        using var batch = new AioBatch();
        using var file = new TestFile(16);
        var memory = new byte[16].AsMemory();
        var pin = memory.Pin();
        batch.Read(file.Fd, pin, 16, 0, 1);
        context.Submit(batch);
        Assert.True(context.Reap(out var done, TimeSpan.FromSeconds(60)));
        Assert.Equal(16, done.Bytes);
        Assert.Equal(file.Content, memory.ToArray());

        pin.Dispose();
        Assert.Contains("Pin()", Assert.Throws<ArgumentException>(() => batch.Read(file.Fd, pin, 16, 0, 2)).Message, StringComparison.Ordinal);
        Assert.Equal(0, batch.Count);
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
