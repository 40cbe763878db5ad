using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Threads;

/// <summary>The requests that wait for one held file, readers and writers apart. The poller thread's own.</summary>
internal unsafe struct PollFile
{
    public HeldFile* File;

    /// <summary>What the file is armed for in the epoll set; 0 after a one-shot event.</summary>
    public uint Armed;

    /// <summary>Whether the file is a member of the epoll set.</summary>
    public bool IsMember;

    /// <summary>Found empty in this wake-up; dropped at its end unless it has requests again.</summary>
    public bool IsNoted;
    public PollFile* NextNoted;

    public RequestLine Readers;
    public RequestLine Writers;

    // 1 more than a descriptor that does not block: the same FIFO, opened once more. 0: not tried yet; -1: cannot be had.
    private int _unblocked;

    public readonly bool IsEmpty => Readers.First == null && Writers.First == null;

    public static bool IsRead(Request* r) => r->Opcode is Aio2Op.Pread or Aio2Op.Preadv;

    /// <summary>A descriptor of the same FIFO that does not block, or -1: a FIFO that was opened by name takes no RWF_NOWAIT, and
    /// a blocking call could find that somebody else has taken what was there.</summary>
    public int Unblocked()
    {
        if (_unblocked == 0)
        {
            _unblocked = -1;
            var flags = Libc.FcntlGetFlags(File->Fd);
            if (Libc.Statx(File->Fd, 1, out var stat) == 0 && (stat.Mode & Statx.TypeMask) == Statx.Fifo)
            {
                var fd = Libc.Open($"/proc/self/fd/{File->Fd}", (flags & Libc.O_ACCMODE) | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
                _unblocked = fd < 0 ? -1 : fd + 1;
            }
        }

        return _unblocked > 0 ? _unblocked - 1 : -1;
    }

    /// <summary>The line that a request waits in.</summary>
    public static RequestLine* LineOf(PollFile* file, Request* r) => IsRead(r) ? &file->Readers : &file->Writers;

    /// <summary>The poll file of a held file, made if there is none. It holds the file itself, until <see cref="Free"/>.</summary>
    public static PollFile* Of(HeldFile* file)
    {
        if (file->EngineWord == 0)
        {
            var made = (PollFile*)NativeMemory.AllocZeroed((nuint)sizeof(PollFile));
            made->File = file;
            HeldFile.AddReference(file);
            file->EngineWord = (nint)made;
        }

        return (PollFile*)file->EngineWord;
    }

    public static void Free(PollFile* file)
    {
        if (file->_unblocked > 0)
        {
            _ = Libc.Close(file->_unblocked - 1);
        }

        file->File->EngineWord = 0;
        HeldFile.Release(file->File);
        NativeMemory.Free(file);
    }
}
