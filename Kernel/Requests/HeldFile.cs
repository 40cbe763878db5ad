using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Requests;

/// <summary>A reference to an open file, shared by the requests of one call that named the same descriptor (SUBMIT-2).</summary>
/// <remarks>The descriptor is a dup of the user's, so that closing or reusing the number changes nothing. The last
/// reference closes it. Once the call that made it has returned, another finds it only as <see cref="FileSeats"/> says.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct HeldFile
{
    /// <summary>The kernel's own descriptor.</summary>
    public int Fd;

    private int _references;

    private bool _isSeat;

    /// <summary>For the engine: what it keeps per open file (0 at first), and its own links.</summary>
    public nint EngineWord;

    /// <summary>Dups a descriptor with one reference: null and the error where that fails.</summary>
    public static HeldFile* Hold(int userFd, out int error)
    {
        var fd = Libc.Dup(userFd);
        if (fd < 0)
        {
            error = fd;
            return null;
        }

        return Keep(fd, out error);
    }

    /// <summary>A reference for a descriptor of the kernel's: null, and it is closed, where memory is out.</summary>
    public static HeldFile* Keep(int fd, out int error)
    {
        var file = (HeldFile*)NativeBlock.TryAlloc((nuint)sizeof(HeldFile));
        error = file == null ? -Errno.ENOMEM : 0;
        if (file == null)
        {
            _ = Libc.Close(fd);
            return null;
        }

        Begin(file, fd, isSeat: false);
        return file;
    }

    /// <summary>Fills in a block, with one reference.</summary>
    public static void Begin(HeldFile* file, int fd, bool isSeat)
    {
        file->Fd = fd;
        file->_isSeat = isSeat;
        file->EngineWord = 0;

        // Last: others may try a seat's count.
        Volatile.Write(ref file->_references, 1);
    }

    /// <summary>One more request holds the file.</summary>
    public static void AddReference(HeldFile* file) => Interlocked.Increment(ref file->_references);

    /// <summary>One more, unless nobody holds it: for seats, which stay where they are.</summary>
    public static bool TryAddReference(HeldFile* file)
    {
        for (var seen = Volatile.Read(ref file->_references); seen > 0;)
        {
            var was = Interlocked.CompareExchange(ref file->_references, seen + 1, seen);
            if (was == seen)
            {
                return true;
            }

            seen = was;
        }

        return false;
    }

    /// <summary>One request less does.</summary>
    public static void Release(HeldFile* file)
    {
        if (Interlocked.Decrement(ref file->_references) == 0)
        {
            _ = Libc.Close(file->Fd);
            if (file->_isSeat)
            {
                FileSeat.Vacate(file);
            }
            else
            {
                NativeMemory.Free(file);
            }
        }
    }
}
