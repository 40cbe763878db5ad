using AioV2.Kernel;
using AioV2.Tests;

namespace AioV2.UserLib.Tests;

/// <summary>Tokens map to io_cancel2, on every engine.</summary>
public sealed class CancellationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory, Requirement("CANCEL-1")]
    [InlineData(EngineKind.Threads)]
    [InlineData(EngineKind.IoUring)]
    public async Task A_token_stops_a_read_of_a_pipe_that_nobody_writes_to(EngineKind engine)
    {
        using var kernel = new WatchedKernel(new KernelOptions { Engine = engine });
        await using var context = AioContext.Open(kernel);
        using var pipe = new TestPipe();
        using var stop = new CancellationTokenSource();
        var buffer = new byte[4];
        var stopped = context.ReadAsync(pipe.Reader, buffer, -1, cancellationToken: stop.Token).AsTask();
        var other = context.ReadAsync(pipe.Reader, new byte[4], -1).AsTask();
        Assert.False(stopped.IsCompleted);

        await stop.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped.WaitAsync(Patience));
        Assert.Equal(stop.Token, error.CancellationToken);

        // What is written afterwards goes to those who still read.
        Assert.False(other.IsCompleted);
        pipe.Write(1, 2, 3);
        Assert.Equal(3, (await other.WaitAsync(Patience)).Bytes);
        Assert.Equal(new byte[4], buffer);
    }

    [Fact, Requirement("CANCEL-1")]
    public async Task A_cancellation_while_a_request_goes_from_the_line_to_the_kernel_is_not_lost()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel, new AioContextOptions { RequestSlots = 1 });
        using var busy = new TestPipe();
        using var silent = new TestPipe();
        using var stop = new CancellationTokenSource();
        var first = context.ReadAsync(busy.Reader, new byte[1], -1).AsTask();
        var second = context.ReadAsync(silent.Reader, new byte[1], -1, cancellationToken: stop.Token).AsTask();

        // The slot of the first goes to the second; the token falls when the kernel does not know that one yet.
        kernel.BeforeSubmit = stop.Cancel;
        busy.Write(1);
        Assert.Equal(1, (await first.WaitAsync(Patience)).Bytes);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience));
    }

    [Fact, Requirement("CANCEL-1")]
    public async Task A_token_that_falls_after_the_end_cancels_nobody_else()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel);
        using var pipe = new TestPipe();
        using var late = new CancellationTokenSource();
        Assert.Equal(0, (await context.NopAsync(cancellationToken: late.Token)).Bytes);

        // The same pooled operation, now for another request.
        var read = context.ReadAsync(pipe.Reader, new byte[2], -1).AsTask();
        await late.CancelAsync();
        Assert.Empty(kernel.Cancelled);
        pipe.Write(1, 2);
        Assert.Equal(2, (await read.WaitAsync(Patience)).Bytes);
    }
}
