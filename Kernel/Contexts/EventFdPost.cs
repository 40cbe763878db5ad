using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <summary>Adds one to an eventfd and never waits, whatever its counter (RING-10).</summary>
/// <remarks>
/// <para>A write waits while the counter is full; eventfds refuse RWF_NOWAIT; O_NONBLOCK belongs to the user's own open file;
/// and between a poll that finds room and the write the user may fill the counter. The system's first AIO has what is needed: a
/// request with IOCB_FLAG_RESFD adds one when it completes, as the kernel itself does for interrupts: a full counter goes
/// to its end, where reads give 2^64-1 and poll adds POLLERR (eventfd(2)), and nobody waits. So a read of no bytes of
/// /dev/null, which completes inside io_submit(2), is the signal; one system call.</para>
/// <para>Its completion ring is emptied by moving the head, which its user may do; it holds nothing that anybody wants.</para></remarks>
internal sealed unsafe class EventFdPost
{
    private const int Events = 64;

    // More than there can be threads here whose completions still lie in the ring.
    private const int TriesMax = 4096;

    private static readonly Lazy<EventFdPost?> Only = new(Make);

    private readonly AioQueue _queue;
    private readonly int _null;

    private EventFdPost(AioQueue queue, int nothing)
    {
        _queue = queue;
        _null = nothing;
    }

    /// <summary>Whether the system offers it; where not, the caller polls and writes.</summary>
    public static bool IsOffered => Only.Value is not null;

    /// <summary>Adds one: false where that cannot be done so.</summary>
    public static bool TryAdd(int eventFd) => Only.Value is { } post && post.Add(eventFd);

    private bool Add(int eventFd)
    {
        var iocb = new AioIocb { Fd = (uint)_null, Flags = AioIocb.SignalsResult, ResultFd = (uint)eventFd };
        var one = &iocb;
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var result = _queue.Submit(&one, 1);
            _queue.Drop();
            if (result != -Errno.EAGAIN)
            {
                return result == 1;
            }
        }

        return false;
    }

    private static EventFdPost? Make()
    {
        var nothing = Libc.Open("/dev/null", Libc.O_RDONLY | Libc.O_CLOEXEC);
        var made = nothing >= 0 && AioQueue.TryCreate(Events) is { } queue ? new EventFdPost(queue, nothing) : null;
        return made is not null && made.IsSound() ? made : null;
    }

    // Tried once on a counter of its own: at hand at once, and no wait at its end.
    private bool IsSound()
    {
        var counter = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        var full = ulong.MaxValue - 1;
        ulong count = 0;
        var sound = counter >= 0
            && Add(counter) && Libc.Read(counter, &count, sizeof(ulong)) == sizeof(ulong) && count == 1
            && Libc.Write(counter, &full, sizeof(ulong)) == sizeof(ulong)
            && Add(counter) && Add(counter)
            && Libc.Read(counter, &count, sizeof(ulong)) == sizeof(ulong) && count == ulong.MaxValue;
        _ = counter < 0 ? 0 : Libc.Close(counter);
        return sound;
    }
}
