using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Engines;

/// <summary>io_issue2 of a plain PREAD (ISSUE-1): the one call that it comes to, without a request.</summary>
/// <remarks>It waits where pread waits, as io_issue2 may, and so needs no look at the file beforehand: a stream refuses a position
/// with ESPIPE, one that is not open for reading refuses with EBADF, and every error has moved nothing, so that whatever fails
/// here is left to the long way, which judges it in the order of ERR-1 and meets the error again. Half the time of a read of 4 KiB
/// from the page cache.</remarks>
internal static unsafe class IssuedRead
{
    /// <summary>Whether it has run; else nothing has happened.</summary>
    /// <param name="memory">For the event.</param>
    /// <param name="iocb">The kernel's copy of the record.</param>
    /// <param name="bytes">Bytes of it.</param>
    /// <param name="buffer">The user's memory for the event; it could be written when the call began.</param>
    /// <param name="eventBytes">Room there.</param>
    /// <param name="result">What io_issue2 returns.</param>
    public static bool TryRun(UserMemory memory, Iocb2* iocb, nuint bytes, ulong buffer, nuint eventBytes, out long result)
    {
        result = 0;
        if (bytes != Iocb2.SizeOf || !InlineRead.IsPlain(iocb) || eventBytes < IoEvent2.SizeOf)
        {
            return false;
        }

        var moved = Libc.Pread(iocb->Fd, (void*)iocb->Addr, (nuint)iocb->Len, iocb->Offset);
        if (moved < 0)
        {
            return false;
        }

        if (moved != 0 && (ulong)moved < iocb->Len && IsFile(iocb->Fd))
        {
            // It goes on until the file's end: the long way holds the file for that, and reads the same bytes again.
            return false;
        }

        var answer = new IoEvent2 { Bytes = IoEvent2.SizeOf, UserData = iocb->UserData, Res = moved };
        result = memory.Write(buffer, answer);
        result = result == 0 ? IoEvent2.SizeOf : result;
        return true;
    }

    /// <summary>Whether a transfer goes on where one call ended: on what is no file its result stands, as in Transfer.</summary>
    public static bool IsFile(int fd) =>
        Libc.Statx(fd, Statx.TypeOwnerAndInode, out var stat) != 0
        || (stat.Mode & Statx.TypeMask) is Statx.Regular or Statx.BlockDevice;
}
