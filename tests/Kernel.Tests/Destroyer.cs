using AioV2.Abi;

namespace AioV2.Kernel.Tests;

/// <summary>A destroy in a thread of its own that has begun, and may not end before the test says so.</summary>
internal sealed class Destroyer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(Harness.Patience);

    private readonly Thread _thread;
    private long _result = -1;
    private bool _mayEnd;
    private bool _wasEarly;

    public Destroyer(Harness aio)
    {
        _thread = new Thread(() =>
        {
            _result = aio.Destroy();
            _wasEarly = !Volatile.Read(ref _mayEnd);
        });
        _thread.Start();
        Assert.True(SpinWait.SpinUntil(() => aio.Poll([]) == -Errno.ENXIO, Patience), "destroy does not begin");
        for (var look = 0; look < 1000; look++)
        {
            _ = Thread.Yield();
            Assert.True(_thread.IsAlive, "destroy did not wait");
        }
    }

    /// <summary>From now on it may end; then <see cref="Result"/> tells how.</summary>
    public void LetEnd() => Volatile.Write(ref _mayEnd, true);

    /// <summary>What destroy returned, and not before it might.</summary>
    public long Result()
    {
        Assert.True(_thread.Join(Patience), "destroy hangs");
        Assert.False(_wasEarly, "destroy did not wait");
        return _result;
    }
}
