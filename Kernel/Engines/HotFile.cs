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

    private int _flags;

    /// <summary>Whether it may be tried and is a regular file; then whether the caller may learn what the page cache holds of it (ATTR-7).</summary>
    public bool IsRegular(int fd, scoped ref DescriptorTable descriptors, out bool mayAskCache)
    {
        mayAskCache = false;
        return (IsAt(fd) || MayBeTried(fd, ref descriptors)) && descriptors.IsRegular(fd, _flags, out mayAskCache);
    }

    /// <summary>Makes reads in their order until one does not end at once: how many have ended. Of that one nothing has happened but that
    /// some of its buffer may hold data.</summary>
    /// <param name="records">The kernel's copies of PREADs that are <see cref="InlineRead.IsShort"/>.</param>
    /// <param name="iocbBytes">Bytes of each.</param>
    /// <param name="count">How many, at least one.</param>
    /// <param name="descriptors">For what RWF_NOWAIT is no answer to.</param>
    /// <param name="results">Their results, and what the attempt came to that has not ended.</param>
    /// <param name="stamps">Null, or for the time before the first and behind each.</param>
    public int Read(byte* records, int iocbBytes, int count, ref DescriptorTable descriptors, long* results, long* stamps)
    {
        if (stamps != null)
        {
            *stamps = MonotonicClock.Now;
        }

        // One loop for all: the runtime prepares a method for its foreign calls once, however many it makes.
        var read = 0;
        for (; read < count; read++)
        {
            var iocb = (Iocb2*)(records + (read * iocbBytes));
            if (!IsAt(iocb->Fd) && !MayBeTried(iocb->Fd, ref descriptors))
            {
                results[read] = -Errno.EOPNOTSUPP;
                descriptors.WillHold(iocb->Fd);
                break;
            }

            var segment = new Iovec { Base = iocb->Addr, Bytes = iocb->Len };
            var result = _isTmpfs ? -Errno.EOPNOTSUPP : Libc.PreadAtHand(_at, &segment, 1, iocb->Offset, 0);
            if (result != (long)iocb->Len)
            {
                result = result == -Errno.EOPNOTSUPP ? ReadTmpfs(iocb, ref descriptors) : result;
                if (!IsFinal(result, iocb))
                {
                    results[read] = result;
                    descriptors.WillHold(_fd);
                    break;
                }
            }

            results[read] = result;
            if (stamps != null)
            {
                stamps[read + 1] = MonotonicClock.Now;
            }
        }

        return read;
    }

    private nint ReadTmpfs(Iocb2* iocb, ref DescriptorTable descriptors)
    {
        _isTmpfs = _isTmpfs || IsTmpfs(ref descriptors);
        return _isTmpfs ? Libc.Pread(_at, (void*)iocb->Addr, (nuint)iocb->Len, iocb->Offset) : -Errno.EOPNOTSUPP;
    }

    // All, or the end at its very start. Less than all is final where the file ends for certain, or is no file that could be
    // read a second time.
    private readonly bool IsFinal(long result, Iocb2* iocb) =>
        result >= 0 && ((ulong)result == iocb->Len || result == 0 || _isTmpfs || !IssuedRead.IsFile(_at));

    private readonly bool IsAt(int fd) => _isKnown && _fd == fd;

    private bool MayBeTried(int fd, scoped ref DescriptorTable descriptors)
    {
        var unfit = Libc.O_PATH | Libc.O_NONBLOCK | Libc.O_DIRECT;
        var flags = descriptors.FlagsOf(fd);
        _fd = fd;
        _flags = flags;
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
