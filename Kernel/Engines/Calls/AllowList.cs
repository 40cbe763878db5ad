using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Calls;

/// <summary>The calls that SYSCALL may run, and how they are made (SUBMIT-7).</summary>
/// <remarks>
/// <para>Addresses among the arguments are touched by the real call alone, which does its own checking: a bad one is
/// <c>-EFAULT</c> as the event's result, for a path and for an output buffer alike. What they point to belongs to the request
/// until its event, as data buffers do.</para>
/// <para>So that every call ends unaided or can be cancelled: openat never waits for the other end of a FIFO (it opens without
/// blocking, and clears that afterwards); sendto, recvfrom and accept4 are polled first and made without blocking;
/// connect is begun without blocking and its end is polled for. Partial sends and receives are therefore results.</para></remarks>
internal static unsafe class AllowList
{
    private const int MSG_DONTWAIT = 0x40, EINPROGRESS = 115, SOL_SOCKET = 1, SO_ERROR = 4;

    // Its index is AIO2_SYS_*.
    private static readonly AllowedCall[] Calls =
    [
        default,
        new("openat", 257, 56, 0, 1),
        new("close", 3, 57, 0, 0),
        new("statx", 332, 291, 0, 1),
        new("fstat", 5, 80, 1, 0),
        new("fallocate", 285, 47, 1, 0),
        new("ftruncate", 77, 46, 1, 0),
        new("renameat2", 316, 276, 0, 5),
        new("unlinkat", 263, 35, 0, 1),
        new("linkat", 265, 37, 0, 5),
        new("symlinkat", 266, 36, 0, 2),
        new("mkdirat", 258, 34, 0, 1),
        new("readlinkat", 267, 78, 0, 1),
        new("getdents64", 217, 61, 1, 0),
        new("copy_file_range", 326, 285, 5, 0),
        new("sync_file_range", 277, 84, 1, 0),
        new("fadvise64", 221, 223, 1, 0),
        new("sendto", 44, 206, 1, 0, CallWait.Output),
        new("recvfrom", 45, 207, 1, 0, CallWait.Input),
        new("accept4", 288, 242, 1, 0, CallWait.Input),
        new("connect", 42, 203, 1, 0, CallWait.Connection),
    ];

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Whether a number is on the list.</summary>
    public static bool Has(ulong nr) => nr != 0 && nr < (ulong)Calls.Length;

    /// <summary>A call by its number, which is on the list.</summary>
    public static ref readonly AllowedCall Of(ulong nr) => ref Calls[nr];

    /// <summary>Whether a request is polled for first.</summary>
    public static bool Waits(Request* r) => CallBlock.Of(r) is var block && block != null && Of(block->Call.Nr).Wait != CallWait.None;

    /// <summary>The poll(2) events that a request waits for.</summary>
    public static short Wanted(Request* r) =>
        Of(CallBlock.Of(r)->Call.Nr).Wait == CallWait.Input ? Libc.POLLIN : Libc.POLLOUT;

    /// <summary>Makes a call that ends unaided.</summary>
    public static long Run(Request* r)
    {
        var call = &CallBlock.Of(r)->Call;
        return call->Nr == Aio2Sys.Openat && ((int)call->Args[2] & Libc.O_NONBLOCK) == 0 ? Open(call) : Make(call);
    }

    /// <summary>Makes a call that is polled first, without blocking: true, if that decided the result.</summary>
    public static bool TryEnd(Request* r, out long result)
    {
        var block = CallBlock.Of(r);
        var call = &block->Call;
        var fd = (int)call->Args[0];
        var flags = Libc.FcntlGetFlags(fd);
        var isSingle = flags < 0 || (flags & Libc.O_NONBLOCK) != 0;
        switch ((uint)call->Nr)
        {
            case Aio2Sys.Connect:
                return TryConnect(block, fd, flags, isSingle, out result);
            case Aio2Sys.Accept4:
                result = isSingle ? Make(call) : WithoutBlocking(call, fd, flags);
                break;
            default:
                isSingle |= ((int)call->Args[3] & MSG_DONTWAIT) != 0;
                var asked = call->Args[3];
                call->Args[3] |= MSG_DONTWAIT;
                result = Make(call);
                call->Args[3] = asked;
                break;
        }

        return isSingle || result != -Errno.EAGAIN;
    }

    private static bool TryConnect(CallBlock* block, int fd, int flags, bool isSingle, out long result)
    {
        if (!block->IsConnecting)
        {
            result = isSingle ? Make(&block->Call) : WithoutBlocking(&block->Call, fd, flags);
            block->IsConnecting = true;
            return isSingle || result != -EINPROGRESS;
        }

        var source = new Pollfd { Fd = fd, Events = Libc.POLLOUT };
        if (Libc.Poll(&source, 1, 0) == 0)
        {
            result = -Errno.EAGAIN;
            return false;
        }

        int error = 0, bytes = sizeof(int);
        result = Libc.Syscall(IsArm ? 209 : 55, fd, SOL_SOCKET, SO_ERROR, (nint)(&error), (nint)(&bytes));
        result = result < 0 ? result : -error;
        return true;
    }

    // There is no flag of the call for it. The description's is set for as long as the call takes.
    private static long WithoutBlocking(Aio2Syscall* call, int fd, int flags)
    {
        _ = Libc.Fcntl(fd, Libc.F_SETFL, flags | Libc.O_NONBLOCK);
        var result = Make(call);
        _ = Libc.Fcntl(fd, Libc.F_SETFL, flags);
        return result;
    }

    private static long Open(Aio2Syscall* call)
    {
        var asked = call->Args[2];
        call->Args[2] |= Libc.O_NONBLOCK;
        var fd = Make(call);
        call->Args[2] = asked;
        if (fd >= 0 && Libc.FcntlGetFlags((int)fd) is >= 0 and var flags)
        {
            _ = Libc.Fcntl((int)fd, Libc.F_SETFL, flags & ~Libc.O_NONBLOCK);
        }

        return fd;
    }

    private static long Make(Aio2Syscall* call)
    {
        ref readonly var allowed = ref Of(call->Nr);
        long result;
        do
        {
            result = Libc.Syscall(IsArm ? allowed.Arm64 : allowed.X64, (nint)call->Args[0], (nint)call->Args[1], (nint)call->Args[2],
                (nint)call->Args[3], (nint)call->Args[4], (nint)call->Args[5]);
        }
        while (result == -Errno.EINTR && call->Nr != Aio2Sys.Close);
        return result;
    }
}
