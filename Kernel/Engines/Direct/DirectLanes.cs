using System.Diagnostics;
using AioV2.Abi;
using AioV2.Kernel.Engines.IoUring;
using AioV2.Kernel.Engines.Polling;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Direct;

/// <summary>The lanes of a kernel: each context has one from its first O_DIRECT read to its end. And the thread that listens where no waiter does.</summary>
/// <remarks>A lane is given back and used again, since the system takes milliseconds to end one; there are a few, since all programs of
/// the machine share fs.aio-max-nr. A context that finds none goes the engine's way.</remarks>
/// <param name="engine">Goes on with what a lane cannot end.</param>
internal sealed unsafe class DirectLanes(IoUringEngine engine) : IDisposable
{
    /// <summary>Lanes at most.</summary>
    public const int Max = 16;

    private const int EventsAtOnce = 16;

    private readonly Lock _lock = new();
    private readonly DirectLane?[] _lanes = new DirectLane?[Max];
    private readonly Stack<DirectLane> _free = new(Max);
    private int _count;
    private EpollThread? _listener;

    /// <summary>Makes a lane's queue for so many requests, or null; tests have their own.</summary>
    public Func<uint, IAioQueue?> MakeQueue { get; set; } = AioQueue.TryCreate;

    /// <summary>Lanes that were made.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>A lane for one context, or null.</summary>
    public DirectLane? TryTake()
    {
        lock (_lock)
        {
            return _free.TryPop(out var free) ? free : _count < Max ? TryMake() : null;
        }
    }

    /// <summary>Takes a lane back, with nothing in flight and nobody who attends.</summary>
    public void Return(DirectLane lane)
    {
        Debug.Assert(!lane.IsBusy, "a request outlives its context");
        lock (_lock)
        {
            _free.Push(lane);
        }
    }

    /// <summary>Arms the lane's eventfd for one shot, or disarms it. Under the lane's lock.</summary>
    public void Listen(DirectLane lane, bool isWanted) => _ = Control(Libc.EPOLL_CTL_MOD, lane, isWanted);

    /// <summary>Gives a request that was begun to the engine.</summary>
    public void GoOn(Request* r) => engine.GoOn(r);

    /// <summary>Stops the thread and ends the lanes; nothing may be in flight.</summary>
    public void Dispose()
    {
        _listener?.Dispose();
        for (var i = 0; i < _count; i++)
        {
            _lanes[i]!.Dispose();
        }
    }

    private DirectLane? TryMake()
    {
        var listener = _listener ??= new EpollThread("aio2-direct", Run);
        var lane = listener.Start() == 0 ? DirectLane.TryCreate(this, _count) : null;
        if (lane is null)
        {
            return null;
        }

        // In its place before the thread can hear of it.
        _lanes[_count] = lane;
        if (Control(Libc.EPOLL_CTL_ADD, lane, isWanted: false) != 0)
        {
            lane.Dispose();
            return null;
        }

        _count++;
        return lane;
    }

    private int Control(int operation, DirectLane lane, bool isWanted)
    {
        // The bell's data is 0.
        var wish = new EpollEvent { Events = isWanted ? Libc.EPOLLIN | Libc.EPOLLONESHOT : 0, Data = lane.Place + 1 };
        var result = Libc.EpollCtl(_listener!.Epoll, operation, lane.EventFd, &wish);
        Debug.Assert(result == 0 || operation == Libc.EPOLL_CTL_ADD, "a wish that stands can be changed");
        return result;
    }

    private void Run()
    {
        var woken = stackalloc byte[EventsAtOnce * sizeof(EpollEvent)];
        while (!_listener!.IsStopping)
        {
            var count = Libc.EpollWait(_listener.Epoll, (EpollEvent*)woken, EventsAtOnce, -1);
            for (var i = 0; i < count; i++)
            {
                var lane = ((EpollEvent*)(woken + (i * EpollEvent.Stride)))->Data;
                if (lane != 0)
                {
                    _lanes[lane - 1]!.TakeForAll();
                }
            }
        }
    }
}
