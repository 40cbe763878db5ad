namespace AioV2.UserLib;

/// <summary>Turns the signals of a context's eventfd into tasks, with one thread that sleeps on it.</summary>
/// <remarks>
/// What loses nothing: take <see cref="Next"/>, <i>then</i> look for events, then await what was taken. An event that came
/// after the look signals the eventfd after that, and so completes the task that was taken, or one before it.
/// </remarks>
internal sealed class CompletionSignal : IDisposable
{
    private readonly AioEventFd _eventFd;
    private readonly bool _own;
    private readonly AioEventFd _stop = new();
    private readonly Thread _thread;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    /// <summary>Begins to listen.</summary>
    /// <param name="eventFd">What the kernel signals.</param>
    /// <param name="own">Whether it is given up with this object.</param>
    internal CompletionSignal(AioEventFd eventFd, bool own)
    {
        _eventFd = eventFd;
        _own = own;
        _thread = new Thread(Listen) { IsBackground = true, Name = "aio2 signal" };
        _thread.Start();
    }

    /// <summary>Completes at the next signal, and when listening ends.</summary>
    internal Task Next => Volatile.Read(ref _next).Task;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping = true;
        _stop.Signal();
        _thread.Join();
        _stop.Dispose();
        if (_own)
        {
            _eventFd.Dispose();
        }
    }

    private void Listen()
    {
        while (!_stopping)
        {
            AioEventFd.WaitForEither(_eventFd, _stop);
            if (_eventFd.Clear() > 0)
            {
                var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Interlocked.Exchange(ref _next, fresh).SetResult();
            }
        }

        // Stays completed: whoever takes it from now on finds that the context is gone.
        Volatile.Read(ref _next).SetResult();
    }
}
