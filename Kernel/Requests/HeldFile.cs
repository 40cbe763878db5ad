using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Requests;

/// <summary>A reference to an open file, shared by the requests of one call that named the same descriptor (SUBMIT-2).</summary>
/// <remarks>The descriptor is a dup of the user's, so that closing or reusing the number changes nothing. The last
/// reference closes it. It is never looked up by the user's number once the call that made it has returned.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct HeldFile
{
    /// <summary>The kernel's own descriptor.</summary>
    public int Fd;

    private int _references;

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

        var file = (HeldFile*)NativeBlock.TryAlloc((nuint)sizeof(HeldFile));
        error = file == null ? -Errno.ENOMEM : 0;
        if (file == null)
        {
            _ = Libc.Close(fd);
            return null;
        }

        *file = new HeldFile { Fd = fd, _references = 1 };
        return file;
    }

    /// <summary>One more request holds the file.</summary>
    public static void AddReference(HeldFile* file) => Interlocked.Increment(ref file->_references);

    /// <summary>One request less does.</summary>
    public static void Release(HeldFile* file)
    {
        if (Interlocked.Decrement(ref file->_references) == 0)
        {
            _ = Libc.Close(file->Fd);
            NativeMemory.Free(file);
        }
    }
}
