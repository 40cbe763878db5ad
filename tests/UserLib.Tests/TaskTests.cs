using AioV2.Abi;
using AioV2.Attributes.Checksums;
using AioV2.Tests;
using AioV2.UserLib.Returns;

namespace AioV2.UserLib.Tests;

public sealed class TaskTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory, Requirement("RING-6", "ATTR-2")]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task What_is_written_is_read_and_the_returns_agree(bool inline, bool sharedRing)
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel, new AioContextOptions { InlineContinuations = inline, SharedRing = sharedRing });
        using var file = new TestFile();
        var data = new byte[10_000];
        Random.Shared.NextBytes(data);
        var attributes = AioAttributes.None.WithTiming().WithChecksum();

        var wrote = await context.WriteAsync(file.Handle, data, 0, attributes);
        var flushed = await context.FlushAsync(file.Handle);
        var read = new byte[data.Length];
        var got = await context.ReadAsync(file.Handle, read, 0, attributes);

        Assert.Equal(data.Length, wrote.Bytes);
        Assert.Equal(0, flushed.Bytes);
        Assert.Equal(data, read);
        Assert.Equal(data, file.OnDisk());
        Assert.Equal(Crc32C.Compute(0, data), (uint)wrote.Get<ChecksumReturn>().Checksum);
        Assert.Equal(wrote.Get<ChecksumReturn>(), got.Get<ChecksumReturn>());
        var timing = got.Get<TimingReturn>();
        Assert.True(timing.Submit <= timing.Issue && timing.Issue <= timing.Complete);
    }

    [Fact, Requirement("RING-9")]
    public async Task More_requests_than_slots_stand_in_line_and_all_complete()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel, new AioContextOptions { RequestSlots = 3 });
        using var file = new TestFile(64 * 1024);
        var buffers = Enumerable.Range(0, 500).Select(_ => new byte[128]).ToArray();
        var tasks = buffers.Select((buffer, n) => context.ReadAsync(file.Handle, buffer, n * 128).AsTask()).ToArray();
        var all = await Task.WhenAll(tasks).WaitAsync(Patience);

        Assert.All(all, completion => Assert.Equal(128, completion.Bytes));
        Assert.Equal(file.Content[..(500 * 128)], buffers.SelectMany(b => b).ToArray());
    }

    [Fact]
    public async Task A_failed_request_is_a_completion_an_invalid_one_an_exception()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel);
        using var folder = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        var failed = await context.WriteAsync(folder, new byte[10], 0, AioAttributes.None.WithTiming());
        Assert.Equal(Errno.ENOSPC, failed.ErrorCode);
        Assert.True(failed.TryGet<TimingReturn>(out _));
        Assert.Equal(Errno.ENOSPC, Assert.Throws<Aio2Exception>(() => failed.Bytes).Errno);

        var invalid = await Assert.ThrowsAsync<Aio2Exception>(async () => await context.ReadAsync(folder, new byte[10], 0));
        Assert.Equal((Errno.EBADF, Aio2Reason.FdMode), (invalid.Errno, invalid.Reason));
        var negative = await Assert.ThrowsAsync<Aio2Exception>(async () => await context.WriteAsync(folder, new byte[10], -5));
        Assert.Equal(Iocb2.At.Offset, negative.Offset);
    }

    [Fact]
    public async Task A_closed_file_is_refused_and_the_next_request_works()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel, new AioContextOptions { RequestSlots = 1 });
        using var file = new TestFile(100);
        using var closed = new TestFile(100);
        closed.Handle.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await context.ReadAsync(closed.Handle, new byte[10], 0));
        Assert.Equal(10, (await context.ReadAsync(file.Handle, new byte[10], 0)).Bytes);
    }

    [Fact, Requirement("CANCEL-1")]
    public async Task A_request_in_line_is_cancelled_at_once_and_a_running_one_by_the_call()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel, new AioContextOptions { RequestSlots = 1 });
        using var pipe = new TestPipe();
        using var running = new CancellationTokenSource();
        using var inLine = new CancellationTokenSource();
        var first = context.ReadAsync(pipe.Reader, new byte[1], -1, cancellationToken: running.Token).AsTask();
        var second = context.ReadAsync(pipe.Reader, new byte[1], -1, cancellationToken: inLine.Token).AsTask();

        await inLine.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience));
        Assert.Empty(kernel.Cancelled);

        await running.CancelAsync();
        Assert.Single(kernel.Cancelled);
        pipe.Write(1);
        try
        {
            // The natural result, if the kernel did not cancel it.
            Assert.Equal(1, (await first.WaitAsync(Patience)).Bytes);
        }
        catch (OperationCanceledException e)
        {
            Assert.Equal(running.Token, e.CancellationToken);
        }

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await context.NopAsync(cancellationToken: cancelled.Token));
        Assert.Equal(0, (await context.NopAsync()).Bytes);
    }

    [Fact, Requirement("DESTROY-1")]
    public async Task Disposal_waits_for_the_io()
    {
        using var kernel = new WatchedKernel();
        var context = AioContext.Open(kernel);
        using var pipe = new TestPipe();
        var read = context.ReadAsync(pipe.Reader, new byte[3], -1).AsTask();
        var disposal = context.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        Assert.False(read.IsCompleted);

        pipe.Write(1, 2, 3);
        Assert.Equal(3, (await read.WaitAsync(Patience)).Bytes);
        await disposal.WaitAsync(Patience);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await context.NopAsync());
    }

    [Fact]
    public async Task Disposing_on_the_reaping_thread_is_refused_with_the_way_out()
    {
        using var kernel = new WatchedKernel();
        var context = AioContext.Open(kernel, new AioContextOptions { InlineContinuations = true });
        using var pipe = new TestPipe();
        var buffer = new byte[1];
        var outcome = Continue();
        pipe.Write(1);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => outcome.WaitAsync(Patience));
        Assert.Contains("DisposeAsync", error.Message, StringComparison.Ordinal);
        await context.DisposeAsync();

        async Task Continue()
        {
            await context.ReadAsync(pipe.Reader, buffer, -1).ConfigureAwait(false);
            context.Dispose();
        }
    }
}
