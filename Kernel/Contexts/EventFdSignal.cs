using System.Text;
using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <summary>The context's own reference to the caller's eventfd (SETUP-9, RING-10).</summary>
/// <remarks>Signalling never blocks: eventfds refuse RWF_NOWAIT and a write to a full counter would wait, so the counter is
/// polled first. A full counter is readable already, so that the signal is not missed.</remarks>
internal struct EventFdSignal : IDisposable
{
    // The descriptor plus one: default is none.
    private int _fdPlusOne;

    public readonly bool IsAttached => _fdPlusOne != 0;

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

    /// <summary>Takes a reference: 0 or <c>-errno</c>.</summary>
    public int Attach(int fd)
    {
        var mine = Libc.Dup(fd);
        if (mine < 0)
        {
            return mine;
        }

        _fdPlusOne = mine + 1;
        return 0;
    }

    /// <summary>Adds one, if that does not block.</summary>
    public readonly unsafe void Signal()
    {
        var ready = new Pollfd { Fd = _fdPlusOne - 1, Events = Libc.POLLOUT };
        if (Libc.Poll(&ready, 1, 0) == 1 && (ready.Returned & Libc.POLLOUT) != 0)
        {
            ulong one = 1;
            _ = Libc.Write(ready.Fd, &one, sizeof(ulong));
        }
    }

    public void Dispose()
    {
        if (_fdPlusOne != 0)
        {
            _ = Libc.Close(_fdPlusOne - 1);
            _fdPlusOne = 0;
        }
    }
}
