using System.Collections.Concurrent;
using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>In the place of the system's AIO: requests end when the test says so, with what it says.</summary>
internal sealed unsafe class ManualQueue : IAioQueue
{
    private readonly ConcurrentQueue<AioIocb> _started = new();
    private readonly ConcurrentQueue<(ulong Data, long Result)> _ended = new();

    /// <summary>How many a submit takes at most; then it says EAGAIN.</summary>
    public int Room { get; set; } = int.MaxValue;

    /// <summary>What requests end with before submit returns; null, if they wait for the test.</summary>
    public long? EndsAtOnceWith { get; set; }

    /// <summary>Requests that were started and have not ended.</summary>
    public int Started => _started.Count;

    /// <summary>How many each submit was asked to take.</summary>
    public List<int> Asked { get; } = [];

    public int Submit(AioIocb** iocbs, int count)
    {
        Asked.Add(count);
        var taken = Math.Min(count, Room);
        for (var i = 0; i < taken; i++)
        {
            _started.Enqueue(*iocbs[i]);
            if (EndsAtOnceWith is { } result)
            {
                End(result);
            }
        }

        return taken == 0 ? -Errno.EAGAIN : taken;
    }

    public bool TryTake(out ulong data, out long result)
    {
        var isThere = _ended.TryDequeue(out var ended);
        (data, result) = ended;
        return isThere;
    }

    /// <summary>Ends the oldest request, as the interrupt does: first the event, then the eventfd.</summary>
    public void End(long result)
    {
        Assert.True(_started.TryDequeue(out var iocb), "nothing is in flight");
        if (result > 0)
        {
            new Span<byte>((void*)iocb.Buffer, (int)result).Fill(ManualByte);
        }

        _ended.Enqueue((iocb.Data, result));
        ulong one = 1;
        Assert.Equal(sizeof(ulong), Libc.Write((int)iocb.ResultFd, &one, sizeof(ulong)));
    }

    /// <summary>At its disposal all that the test has left ends, so that a test that fails does not hang in destroy.</summary>
    public IDisposable EndRest() => new Rest(this);

    /// <summary>What a read that the test has ended finds in the file.</summary>
    public const byte ManualByte = 0xa5;

    public void Dispose()
    {
    }

    private sealed class Rest(ManualQueue queue) : IDisposable
    {
        public void Dispose()
        {
            queue.EndsAtOnceWith = -Errno.EIO;
            while (queue.Started != 0)
            {
                queue.End(-Errno.EIO);
            }
        }
    }
}
