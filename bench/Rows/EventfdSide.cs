using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>An event loop: submit, sleep in <c>epoll_wait</c> on the context's eventfd, read it, reap until the ring is empty (RING-10).</summary>
internal sealed unsafe partial class EventfdSide : ISide
{
    private const int CloseOnExec = 0x80000, NonBlocking = 0x800, Add = 1, Readable = 1;
    private readonly int _depth, _eventfd, _epoll;
    private readonly ContextUnderTest _context;
    private readonly RingEvents _events;
    private readonly NativeBytes _iocbs, _buffer;

    /// <summary>Sets up a context with an eventfd.</summary>
    public EventfdSide(Stage stage, int depth)
    {
        _depth = depth;
        _eventfd = NewEventfd(0, CloseOnExec | NonBlocking);
        _epoll = NewEpoll(CloseOnExec);
        // struct epoll_event: the mask first; 12 or 16 bytes.
        var interest = stackalloc uint[4] { Readable, 0, 0, 0 };
        if (_eventfd < 0 || Control(_epoll, Add, _eventfd, interest) != 0)
        {
            throw new BenchException("no eventfd or no epoll");
        }
        _context = new ContextUnderTest(
            stage, depth, ContextUnderTest.RingFor(depth, IoEvent2.SizeOf),
            Aio2Setup.UserReap | Aio2Setup.SingleReaper | Aio2Setup.Eventfd, _eventfd);
        _events = new RingEvents(_context, Reaping.RingSingle);
        _iocbs = new NativeBytes((long)depth * Iocb2.SizeOf);
        _buffer = new NativeBytes((long)depth * IoEvent2.SizeOf);
        for (var i = 0; i < depth; i++)
        {
            ((Iocb2*)_iocbs.At)[i] = new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Nop, UserData = (ulong)i };
        }
    }

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        var ready = stackalloc uint[4];
        long done = 0;
        var start = Stopwatch.GetTimestamp();
        while (done < operations)
        {
            _context.Submit(_iocbs.At, _depth * Iocb2.SizeOf);
            for (var left = _depth * IoEvent2.SizeOf; left > 0;)
            {
                ulong count;
                _ = Wait(_epoll, ready, 1, -1);
                _ = Read(_eventfd, &count, sizeof(ulong));
                for (int bytes; (bytes = _events.Take(_buffer.At, (int)_buffer.Length, wait: false)) > 0;)
                {
                    left -= bytes;
                }
            }
            done += _depth;
        }
        return new Reading(done, Elapsed.Since(start));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _ = Close(_eventfd);
        _ = Close(_epoll);
        _iocbs.Dispose();
        _buffer.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int NewEventfd(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int NewEpoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    private static partial int Control(int epoll, int operation, int descriptor, void* interest);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int Wait(int epoll, void* events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, void* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
