using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Requests;

/// <summary>The files that requests of a context hold, where its next calls find them again: a submit that names one of them spares the
/// dup, its close, and most of asking what the file is.</summary>
/// <remarks>
/// <para>A number tells nothing, since another thread may have given it to another file between two calls. A file is found again only
/// while some request still holds it, and only where the system says that the number means this very open file (F_DUPFD_QUERY,
/// Linux 6.10; before that nothing is shared). What can change of an open file, its flags and its owner, is asked anew.</para>
/// <para>No file lives longer for it: the last request that holds it closes it, as ever before its event is seen.</para>
/// <para>Without a lock: seats stay where they are until the context ends, so that whoever looks at one may try its count. A reference
/// is taken unless the count has fallen to 0; what file it is, is judged only then.</para></remarks>
internal sealed unsafe class FileSeats
{
    /// <summary>Files that are found again at most; others are held for themselves.</summary>
    public const int Max = 4;

    // What a call that an older system does not know has told: then nobody asks again.
    private static bool cannotCompare;

    private nint _seats;

    /// <summary>The file that a number means, with one more reference, if a request holds it still; else null.</summary>
    public FileSeat* TryShare(int number)
    {
        var seats = (FileSeat*)Volatile.Read(ref _seats);
        for (var seat = seats; seat != null && seat < seats + Max; seat++)
        {
            if (seat->Number == number && seat->IsShown && HeldFile.TryAddReference(&seat->File))
            {
                if (seat->IsShown && IsSame(number, seat->File.Fd))
                {
                    return seat;
                }

                HeldFile.Release(&seat->File);
            }
        }

        return null;
    }

    /// <summary>A seat for a descriptor of the kernel's, with one reference; null, if none is vacant.</summary>
    public FileSeat* TryTake(int fd)
    {
        if (cannotCompare || (_seats == 0 && !TryMake()))
        {
            return null;
        }

        var seats = (FileSeat*)_seats;
        for (var seat = seats; seat < seats + Max; seat++)
        {
            if (FileSeat.TryTake(seat, fd))
            {
                return seat;
            }
        }

        return null;
    }

    /// <summary>The context ends: no request holds a file.</summary>
    public void Free()
    {
        var seats = (FileSeat*)_seats;
        for (var seat = seats; seat != null && seat < seats + Max; seat++)
        {
            Debug.Assert(seat->IsVacant, "a file is held beyond its context");
        }

        NativeMemory.Free(seats);
        _seats = 0;
    }

    private bool TryMake()
    {
        var made = (FileSeat*)NativeBlock.TryAlloc(Max * (nuint)sizeof(FileSeat));
        if (made == null)
        {
            return false;
        }

        new Span<FileSeat>(made, Max).Clear();
        if (Interlocked.CompareExchange(ref _seats, (nint)made, 0) != 0)
        {
            NativeMemory.Free(made);
        }

        return true;
    }

    private static bool IsSame(int number, int held)
    {
        var answer = Libc.FcntlIsSame(number, held);
        if (answer == -Abi.Errno.EINVAL)
        {
            cannotCompare = true;
        }

        return answer == 1;
    }
}
