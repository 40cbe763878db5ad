using System.Text;
using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <summary>The context's own reference to the caller's eventfd (SETUP-9, RING-10).</summary>
/// <remarks>Signalling never blocks: see <see cref="EventFdPost"/>. Where the system offers no first AIO the counter is polled
/// before it is written, and a user that fills it just in between makes the signaller wait until it is read. A full counter
/// is readable already, so that no signal is missed.
/// <para>The reference is closed with the last hold on it: the context has one while it is attached, and so has each
/// completion pass that is about to signal.</para></remarks>
internal sealed class EventFdSignal
{
    private readonly int _fd;
    private int _holds = 1;

    private EventFdSignal(int fd) => _fd = fd;

    /// <summary>0, <c>-EBADF</c> for a closed descriptor, or <c>-EINVAL</c> where it is no eventfd.</summary>
    public static unsafe int Check(int fd)
    {
        if (fd < 0 || Libc.FcntlGetFlags(fd) < 0)
        {
            return -Errno.EBADF;
        }

        var name = stackalloc byte[64];
        var bytes = Libc.ReadLink($"/proc/self/fd/{fd}", name, 64);
        return bytes > 0 && Encoding.ASCII.GetString(name, bytes) == "anon_inode:[eventfd]" ? 0 : -Errno.EINVAL;
    }

    /// <summary>Takes a reference; null and <c>-errno</c> where there is none to take.</summary>
    public static EventFdSignal? Open(int fd, out int error)
    {
        error = Check(fd);
        if (error != 0)
        {
            return null;
        }

        // What was asked may be another file by now: what is held is asked once more.
        var mine = Libc.Dup(fd);
        error = mine < 0 ? mine : Check(mine);
        if (error != 0 && mine >= 0)
        {
            _ = Libc.Close(mine);
        }

        return error != 0 ? null : new EventFdSignal(mine);
    }

    /// <summary>Adds one, if that does not block.</summary>
    public unsafe void Signal()
    {
        if (EventFdPost.TryAdd(_fd))
        {
            return;
        }

        var ready = new Pollfd { Fd = _fd, Events = Libc.POLLOUT };
        if (Libc.Poll(&ready, 1, 0) == 1 && (ready.Returned & Libc.POLLOUT) != 0)
        {
            ulong one = 1;
            _ = Libc.Write(ready.Fd, &one, sizeof(ulong));
        }
    }

    /// <summary>Keeps the reference for a pass. Under the lock of the context that holds it.</summary>
    public void Hold() => Interlocked.Increment(ref _holds);

    /// <summary>Gives a hold up; the last closes.</summary>
    public void Drop()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
        {
            _ = Libc.Close(_fd);
        }
    }
}
