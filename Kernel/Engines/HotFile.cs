using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Engines;

/// <summary>A file that a run of plain PREADs names, and those of them that can end at once (SUBMIT-6).</summary>
/// <remarks>As <see cref="InlineRead"/>, but asks only for the open flags beforehand, not what the file is: a stream refuses a position, a
/// file or device that cannot promise not to wait refuses RWF_NOWAIT. What fails has moved nothing, and is left to the long way,
/// which judges it in the order of ERR-1 and meets the error again.</remarks>
internal unsafe struct HotFile
{
    private bool _isKnown;
    private bool _isTmpfs;
    private int _fd;

    // Where it is read: at the number, or where an earlier request holds the file.
    private int _at;

    /// <summary>A file that was looked at in this call and has been found fit.</summary>
    public HotFile(int fd, RequestTraits traits)
    {
        _isKnown = true;
        _fd = _at = fd;
        _isTmpfs = (traits & RequestTraits.Tmpfs) != 0;
    }

    /// <summary>Makes the read: whether it has ended. Else nothing has happened but that some of its buffer may hold data.</summary>
    /// <param name="iocb">The kernel's copy of a PREAD that <see cref="InlineRead.IsShort"/>.</param>
    /// <param name="descriptors">For what RWF_NOWAIT is no answer to.</param>
    /// <param name="result">Its result; what the attempt came to, if it has not ended.</param>
    public bool TryRead(Iocb2* iocb, ref DescriptorTable descriptors, out long result)
    {
        result = -Errno.EOPNOTSUPP;
        if ((!_isKnown || _fd != iocb->Fd) && !MayBeTried(iocb->Fd, ref descriptors))
        {
            descriptors.WillHold(iocb->Fd);
            return false;
        }

        var segment = new Iovec { Base = iocb->Addr, Bytes = iocb->Len };
        result = _isTmpfs ? -Errno.EOPNOTSUPP : Libc.PreadAtHand(_at, &segment, 1, iocb->Offset, 0);
        if (result == -Errno.EOPNOTSUPP && (_isTmpfs || IsTmpfs(ref descriptors)))
        {
            _isTmpfs = true;
            result = Libc.Pread(_at, (void*)segment.Base, (nuint)segment.Bytes, iocb->Offset);
        }

        // All, or the end at its very start. Less than all is final where the file ends for certain, or is no file that could be
        // read a second time.
        var hasEnded = result >= 0 && ((ulong)result == iocb->Len || result == 0 || _isTmpfs || !IssuedRead.IsFile(_at));
        if (!hasEnded)
        {
            descriptors.WillHold(_fd);
        }

        return hasEnded;
    }

    private bool MayBeTried(int fd, ref DescriptorTable descriptors)
    {
        var unfit = Libc.O_PATH | Libc.O_NONBLOCK | Libc.O_DIRECT;
        var flags = descriptors.FlagsOf(fd);
        _fd = fd;
        _at = descriptors.LookFd(fd);
        _isTmpfs = false;
        _isKnown = flags >= 0 && (flags & unfit) == 0 && (flags & Libc.O_ACCMODE) != Libc.O_WRONLY;
        return _isKnown;
    }

    private readonly bool IsTmpfs(ref DescriptorTable descriptors)
    {
        var index = descriptors.Find(_fd, holds: false);
        return index >= 0 && descriptors.At(index)->OpenFlags >= 0 && (descriptors.At(index)->Traits & RequestTraits.Tmpfs) != 0;
    }
}
