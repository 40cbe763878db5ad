using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.UserLib.Interop;
using Microsoft.Win32.SafeHandles;

namespace AioV2.UserLib;

/// <summary>The wait handle of a context: an eventfd that the kernel signals after completions (SETUP-9, RING-10).</summary>
/// <remarks>
/// It fits <c>poll</c>, <c>epoll</c> and every event loop. The order that loses nothing: <see cref="Clear"/>, then reap until
/// there is nothing, then <see cref="Wait"/>. A wake-up for nothing is allowed, a lost one is not.
/// </remarks>
public sealed unsafe class AioEventFd : IDisposable
{
    private readonly SafeFileHandle _handle;

    internal AioEventFd()
    {
        var fd = Libc.Eventfd(0, Libc.EfdCloexec | Libc.EfdNonblock);
        if (fd < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            throw new Aio2Exception(errno, $"eventfd: {ErrnoText.Of(errno)}");
        }

        _handle = new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>The descriptor, for event loops of one's own; non-blocking, close-on-exec.</summary>
    public SafeFileHandle Handle => _handle;

    internal int Descriptor => (int)_handle.DangerousGetHandle();

    /// <summary>Takes the signals that came until now; returns how many completion passes signalled.</summary>
    public long Clear()
    {
        ulong count;
        return Libc.Read(Descriptor, &count, sizeof(ulong)) == sizeof(ulong) ? (long)count : 0;
    }

    /// <summary>Sleeps until the eventfd is signalled; false when the time is over first.</summary>
    /// <param name="timeout">At most this long; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    public bool Wait(TimeSpan timeout)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var left = timeout == Timeout.InfiniteTimeSpan ? -1.0 : Math.Max(0, (timeout - Stopwatch.GetElapsedTime(started)).TotalMilliseconds);
            var descriptor = new Libc.PollFd { Fd = Descriptor, Events = Libc.PollIn };
            var ready = Libc.Poll(&descriptor, 1, (int)Math.Min(int.MaxValue, Math.Ceiling(left)));
            if (ready >= 0)
            {
                return ready > 0;
            }

            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                throw new Aio2Exception(errno, $"poll: {ErrnoText.Of(errno)}");
            }
        }
    }

    /// <summary>Signals it from this side.</summary>
    internal void Signal()
    {
        // A full counter refuses, and is a signal already.
        var one = 1ul;
        _ = Libc.Write(Descriptor, &one, sizeof(ulong));
    }

    /// <summary>Sleeps until one of the two is signalled.</summary>
    internal static void WaitForEither(AioEventFd first, AioEventFd second)
    {
        var descriptors = stackalloc Libc.PollFd[2];
        descriptors[0] = new Libc.PollFd { Fd = first.Descriptor, Events = Libc.PollIn };
        descriptors[1] = new Libc.PollFd { Fd = second.Descriptor, Events = Libc.PollIn };

        // EINTR is a wake-up for nothing, which every caller must take anyway.
        _ = Libc.Poll(descriptors, 2, -1);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
