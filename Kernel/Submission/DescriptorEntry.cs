using AioV2.Attributes.Pi;
using AioV2.Kernel.Devices;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Submission;

/// <summary>What one call has learned of a descriptor. Lives in its <see cref="DescriptorTable"/>, as long as the call.</summary>
internal struct DescriptorEntry
{
    public int Fd;

    /// <summary>F_GETFL's answer, or <c>-EBADF</c>.</summary>
    public int OpenFlags;

    /// <summary>The file's owner; all ones, which nobody is, where it is not known.</summary>
    public uint Uid;

    /// <summary>The owner is yet to be asked: it may have changed since the file was held.</summary>
    public bool IsOwnerOpen;

    public RequestTraits Traits;

    /// <summary>A file without the operation, whatever it is open for: an epoll set cannot be read, a timerfd not be written.
    /// Waiting until it is ready would never end.</summary>
    public bool CannotRead, CannotWrite;

    /// <summary>Which file it is, by device and inode. Files without an inode of their own (eventfds, epoll sets) are all alike: all
    /// of those are waited for, and can be told to cancel.</summary>
    public ulong Device, Inode;

    /// <summary>Held by this call, if an engine wants that; null before.</summary>
    public unsafe HeldFile* File;

    public int HoldError;

    /// <summary>What the file's mark says; Unread before anybody needs it.</summary>
    public MarkState Mark;

    /// <summary>The format of a file whose mark is known.</summary>
    public PiFormat Format;

    /// <summary>Where this call looks at the file: at its own descriptor once it is held, else at the number.</summary>
    public readonly unsafe int LookFd => File == null ? Fd : File->Fd;

    private bool _isRuled;
    private bool _mayAskCache;

    /// <summary>Whether the caller may learn what the page cache holds of the file: who owns it or may write it, as mincore has
    /// it since Linux 5.2 (ATTR-7). On the thread whose rights count; decided once for each call.</summary>
    public bool MayAskCache()
    {
        if (!_isRuled)
        {
            _isRuled = true;
            _mayAskCache = (Traits & RequestTraits.Writable) != 0
                || (Owner() is var owner and not uint.MaxValue && owner == Libc.GetEuid())
                || Libc.MayWrite(LookFd);
        }

        return _mayAskCache;
    }

    private readonly uint Owner() =>
        !IsOwnerOpen ? Uid : Libc.Statx(LookFd, Statx.Owner, out var stat) == 0 && (stat.Mask & Statx.Owner) != 0 ? stat.Uid : uint.MaxValue;
}
