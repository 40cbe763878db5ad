using System.Runtime.CompilerServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Engines.Polling;

/// <summary>An epoll set, a bell in it that wakes its thread, and that thread: started at the first need (DESTROY-2).</summary>
/// <param name="name">The thread's name.</param>
/// <param name="run">What the thread does, until <see cref="IsStopping"/>.</param>
internal sealed unsafe class EpollThread(string name, ThreadStart run) : IDisposable
{
    private readonly Lock _starting = new();
    private volatile Thread? _thread;
    private int _bell = -1;
    private volatile bool _stopping;

    /// <summary>The set; -1 before the start. The bell's data is 0.</summary>
    public int Epoll { get; private set; } = -1;

    /// <summary>Whether the thread is to end.</summary>
    public bool IsStopping => _stopping;

    /// <summary>Starts the thread if it is not there: 0, or <c>-errno</c> where the set cannot be made.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Start() => _thread is null ? StartOnce() : 0;

    /// <summary>Wakes the thread.</summary>
    public void Ring()
    {
        ulong one = 1;
        _ = Libc.Write(_bell, &one, sizeof(ulong));
    }

    /// <summary>Takes the rings so far; one that comes later wakes the thread again.</summary>
    public void Hear()
    {
        ulong rings;
        _ = Libc.Read(_bell, &rings, sizeof(ulong));
    }

    /// <summary>Stops the thread.</summary>
    public void Dispose()
    {
        _stopping = true;
        if (_thread is { } thread)
        {
            Ring();
            thread.Join();
            _ = Libc.Close(Epoll);
            _ = Libc.Close(_bell);
        }
    }

    private int StartOnce()
    {
        lock (_starting)
        {
            if (_thread is not null)
            {
                return 0;
            }

            var epoll = Libc.EpollCreate();
            var bell = epoll < 0 ? epoll : Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
            var wanted = new EpollEvent { Events = Libc.EPOLLIN, Data = 0 };
            var error = bell < 0 ? bell : Libc.EpollCtl(epoll, Libc.EPOLL_CTL_ADD, bell, &wanted);
            if (error != 0)
            {
                _ = epoll < 0 ? 0 : Libc.Close(epoll);
                _ = bell < 0 ? 0 : Libc.Close(bell);
                return error;
            }

            Epoll = epoll;
            _bell = bell;
            var thread = new Thread(run, 256 * 1024) { IsBackground = true, Name = name };
            thread.UnsafeStart();
            _thread = thread;
            return 0;
        }
    }
}
