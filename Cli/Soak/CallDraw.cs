using System.Diagnostics;
using System.Text;
using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Cli.Soak;

/// <summary>Draws SYSCALL requests, deadlines, and requests for io_issue2, in memory of one caller's that nobody attacks.</summary>
/// <remarks><code>
///  0          512       640       1024                1280
///  | 8 blocks | paths   | iocb of | event of io_issue2 | ~
///  |          |         | io_issue2
/// </code> Every length is within a cell. No call here gives a descriptor: nobody would close it, were its event discarded.</remarks>
internal sealed unsafe class CallDraw(Arena arena, int caller)
{
    private const int Blocks = 8, BlockBytes = 64, PathsAt = 512, IocbAt = 640, EventAt = 1024, EventBytes = 256, OtherPath = 64;
    private const ulong UserData = 0x1551e;
    private const long MillisecondNs = 1_000_000;

    private static readonly int[] Sockets = [SoakFiles.SocketA, SoakFiles.SocketB, SoakFiles.Listener];

    private readonly byte* _calls = arena.Calls(caller);
    private int _next;

    /// <summary>The next SYSCALL; the block may be used again when io_submit2 has returned (SUBMIT-2).</summary>
    public Iocb2 Next(ref Dice dice)
    {
        // Each process of a soak writes them anew, with the same bytes.
        "/proc/self/exe\0"u8.CopyTo(new Span<byte>(_calls + PathsAt, OtherPath));
        "/proc/self/none/at/all\0"u8.CopyTo(new Span<byte>(_calls + PathsAt + OtherPath, OtherPath));
        var block = (Aio2Syscall*)(_calls + (_next++ % Blocks * BlockBytes));
        *block = default;
        Fill(block, ref dice);
        return new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Syscall, Addr = (ulong)block };
    }

    /// <summary>A DEADLINE around now, past ones among them: its bytes.</summary>
    public static int Deadline(byte* at, ref Dice dice)
    {
        var head = (Aio2Attr*)at;
        *head = new Aio2Attr { Bytes = Aio2Attr.SizeOf + sizeof(ulong), Type = Aio2AttrType.Deadline };
        *(ulong*)(head + 1) = (ulong)(Now() + (dice.Below(3000) - 500) * MillisecondNs / 1000);
        return Aio2Attr.SizeOf + sizeof(ulong);
    }

    /// <summary>Runs one request by io_issue2 on files that stay what they are: what is wrong, or null.</summary>
    public string? Issue(IAio2 aio, bool mayFault, ref Dice dice)
    {
        var iocb = (Iocb2*)(_calls + IocbAt);
        var cell = (ulong)arena.Cell(Arena.Cells - 2);
        long least = Arena.CellRoom;
        var isTimed = false;
        *iocb = new Iocb2 { Bytes = Iocb2.SizeOf, UserData = UserData, Addr = cell, Len = Arena.CellRoom, Opcode = Aio2Op.Pread };
        switch (dice.Below(4))
        {
            case 0:
                iocb->Fd = SoakFiles.Spare(SoakFiles.Alpha);
                break;
            case 1:
                (iocb->Fd, iocb->Opcode) = (SoakFiles.Spare(SoakFiles.Scratch), Aio2Op.Pwrite);
                break;
            case 2:
                // Waits: only the deadline ends it, if nobody feeds the pipe.
                (iocb->Fd, iocb->Offset, least, isTimed) = (SoakFiles.Spare(SoakFiles.PipeOut), -1, 1, true);
                iocb->Bytes += (uint)Deadline((byte*)(iocb + 1), ref dice);
                break;
            default:
                *iocb = new Iocb2 { Bytes = Iocb2.SizeOf, UserData = UserData, Opcode = Aio2Op.Nop };
                least = 0;
                break;
        }

        var e = (IoEvent2*)(_calls + EventAt);
        var said = aio.Issue(iocb, iocb->Bytes, e, EventBytes, 0);
        if (said < IoEvent2.SizeOf || said != e->Bytes || e->UserData != UserData || (e->Flags & Aio2EventFlags.Pad) != 0)
        {
            return $"io_issue2 said {said} for opcode {iocb->Opcode}";
        }

        // Where others protect the buffers a transfer may fail, or end where it meets them.
        var isFault = mayFault && iocb->Opcode != Aio2Op.Nop && e->Res is -Errno.EFAULT or > 0;
        var isGood = (e->Res >= least && e->Res <= Arena.CellRoom) || (isTimed && e->Res == -Errno.ETIME);
        return isGood || isFault ? null : $"io_issue2 of opcode {iocb->Opcode} ended with {e->Res}";
    }

    private void Fill(Aio2Syscall* call, ref Dice dice)
    {
        var fd = (ulong)SoakFiles.Slot(dice.Below(SoakFiles.Kinds));
        var to = (ulong)arena.Cell(dice.Below(Arena.Cells - 4));
        ulong path = (ulong)(_calls + PathsAt), none = path + OtherPath;
        const ulong AnyFolder = unchecked((ulong)-100), Room = Arena.CellRoom;
        (call->Nr, var arguments) = dice.Below(16) switch
        {
            0 => (Aio2Sys.Openat, (ulong[])[AnyFolder, none, 0, 0]),
            1 => (Aio2Sys.Close, [1 << 20]),
            2 => (Aio2Sys.Statx, [AnyFolder, path, 0, 0xfff, to]),
            3 => (Aio2Sys.Fstat, [fd, to]),
            4 => (Aio2Sys.Fallocate, [fd, (ulong)dice.Below(4), (ulong)dice.Below(SoakFiles.FileBytes / 2), Room]),
            5 => (Aio2Sys.Ftruncate, [fd, SoakFiles.FileBytes]),
            6 => (Aio2Sys.Renameat2, [AnyFolder, none, AnyFolder, none, 0]),
            7 => (Aio2Sys.Unlinkat, [AnyFolder, none, 0]),
            8 => (Aio2Sys.Readlinkat, [AnyFolder, path, to, Room]),
            9 => (Aio2Sys.Getdents64, [fd, to, Room]),
            10 => (Aio2Sys.CopyFileRange, [fd, 0, (ulong)SoakFiles.Slot(SoakFiles.Scratch), 0, Room, 0]),
            11 => (Aio2Sys.SyncFileRange, [fd, 0, Room, 2]),
            12 => (Aio2Sys.Fadvise64, [fd, 0, Room, (ulong)dice.Below(6)]),
            13 => (Aio2Sys.Accept4, [(ulong)SoakFiles.Spare(SoakFiles.Listener), 0, 0, 0]),
            14 => (Aio2Sys.Sendto, [Socket(ref dice), to, (ulong)dice.Below((int)Room), 0x4000, 0, 0]),
            _ => (Aio2Sys.Recvfrom, [Socket(ref dice), to, Room, 0, 0, 0]),
        };
        for (var i = 0; i < arguments.Length; i++)
        {
            call->Args[i] = arguments[i];
        }
    }

    private static ulong Socket(ref Dice dice) => (ulong)SoakFiles.Slot(Sockets[dice.Below(Sockets.Length)]);

    // CLOCK_MONOTONIC, ns.
    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
}
