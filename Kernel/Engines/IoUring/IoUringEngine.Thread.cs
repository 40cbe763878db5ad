using System.Diagnostics;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using static AioV2.Kernel.Engines.IoUring.UringAbi;

namespace AioV2.Kernel.Engines.IoUring;

/// <remarks>What the engine's thread does; for a deferred context, whichever thread has the turn.</remarks>
internal sealed unsafe partial class IoUringEngine
{
    /// <summary>MAX_RW_COUNT: what one call moves at most; the kernel cuts to it in silence.</summary>
    private const ulong BytesAtOnce = 0x7ffff000;

    // Not begun: on streams, and on files, which wait for a place. Begun and to be given to the ring once more: again.
    private RequestQueue _streams;
    private RequestQueue _files;
    private RequestQueue _again;
    private Request* _unsentCancels;
    private long _filesInFlight;
    private long _inFlight;
    private bool _bellIsArmed;

    private void Run()
    {
        var result = _ring.EnableOnThisThread();
        if (result != 0)
        {
            // It was probed when the engine was made; a filter installed since would refuse every request alike.
            throw new InvalidOperationException($"io_uring_register: {Errno.NameOf(-result)}");
        }

        while (!_stopping)
        {
            TakeMessages();
            Fill();
            _ended.Flush();
            var idle = IsIdle();
            var entered = _ring.Enter(idle ? 1u : 0u);
            Volatile.Write(ref _asleep, 0);
            Reap();
            if (entered is -Errno.EAGAIN or -Errno.ENOMEM or -Errno.EBUSY)
            {
                AwaitMemory();
            }
            else
            {
                Debug.Assert(entered >= 0 || entered == -Errno.EINTR, "io_uring_enter refuses what was probed");
            }
        }
    }

    private void TakeMessages()
    {
        var added = RequestStack.Reversed(_inbox.TakeAll());
        while (added != null)
        {
            var r = added;
            added = r->Next;
            if (IsWaitable(r))
            {
                _streams.Append(r);
            }
            else
            {
                _files.Append(r);
            }
        }

        if (!_begun.IsEmpty)
        {
            var begun = RequestStack.Reversed(_begun.TakeAll());
            while (begun != null)
            {
                var r = begun;
                begun = r->Next;
                _again.Append(r);
            }
        }

        var cancelled = _cancels.TakeAll();
        while (cancelled != null)
        {
            var r = cancelled;
            cancelled = r->EngineLink;
            r->EngineLink = _unsentCancels;
            _unsentCancels = r;
        }
    }

    // As many SQEs as there is room for. What goes again comes before cancels, so that a cancel finds what it names; a cancel
    // comes before new requests, so that it cannot name a block that was given back and taken anew.
    private void Fill()
    {
        UringSqe* sqe;
        if (!_bellIsArmed && (sqe = _ring.TryTakeSqe()) != null)
        {
            // A poll and not a read: nothing of it writes to memory when the ring is closed.
            *sqe = new UringSqe { Opcode = IORING_OP_POLL_ADD, Fd = _bell, OpFlags = Libc.EPOLLIN, UserData = BellTag };
            _bellIsArmed = true;
        }

        while (!_again.IsEmpty && (sqe = _ring.TryTakeSqe()) != null)
        {
            Prepare(_again.TakeFirst(), sqe);
        }

        while (_again.IsEmpty && _unsentCancels != null && (sqe = _ring.TryTakeSqe()) != null)
        {
            SendCancel(sqe);
        }

        if (_unsentCancels == null)
        {
            while (!_streams.IsEmpty && (sqe = _ring.TryTakeSqe()) != null)
            {
                Begin(_streams.TakeFirst(), sqe);
            }

            while (!_files.IsEmpty && _filesInFlight < _ring.CqEntries && (sqe = _ring.TryTakeSqe()) != null)
            {
                Begin(_files.TakeFirst(), sqe);
            }
        }
    }

    // Nothing can be done before a completion or a message comes. Announced, full fence, looked at once more: pairs with Rouse.
    private bool IsIdle()
    {
        if (HasMore())
        {
            return false;
        }

        _ = Interlocked.Exchange(ref _asleep, 1);
        return _inbox.IsEmpty && _begun.IsEmpty && _cancels.IsEmpty && !_stopping;
    }

    // Something waits for an SQE and nothing else: the bell too, without which the ring would sleep through what is asked of it.
    private bool HasMore() =>
        !_bellIsArmed || !_again.IsEmpty || _unsentCancels != null || !_streams.IsEmpty || (!_files.IsEmpty && _filesInFlight < _ring.CqEntries);

    private void Reap()
    {
        while (_ring.TryReap(out var completion))
        {
            if (completion.UserData == BellTag)
            {
                ulong rings;
                _ = Libc.Read(_bell, &rings, sizeof(ulong));
                _bellIsArmed = false;
            }
            else if (completion.UserData != CancelTag)
            {
                var r = (Request*)completion.UserData;
                _inFlight--;
                _filesInFlight -= IsWaitable(r) ? 0 : 1;
                Finish(r, completion.Res);
            }
        }

        _ended.Flush();
    }

    // io_uring has no memory for a request. What is in flight gives some back; if nothing is, only time does.
    private void AwaitMemory()
    {
        if (_inFlight > _ring.Unsubmitted)
        {
            _ = _ring.Enter(1);
            Reap();
        }
        else
        {
            _ = Libc.Poll(null, 0, 1);
        }
    }

    private void SendCancel(UringSqe* sqe)
    {
        var r = _unsentCancels;
        _unsentCancels = r->EngineLink;
        if (Interlocked.CompareExchange(ref r->EngineWord, EngineState.CancelSent, EngineState.CancelAsked) == EngineState.CancelAsked)
        {
            *sqe = new UringSqe { Opcode = IORING_OP_ASYNC_CANCEL, Fd = -1, Addr = (ulong)r, UserData = CancelTag };
            return;
        }

        // It ended before its message came, and its result stands.
        Spend(sqe);
        _ended.End(r, r->Res);
    }

    private void Begin(Request* r, UringSqe* sqe)
    {
        if (!RequestHooks.TryBegin(r, r->File->Fd))
        {
            Spend(sqe);
            _ended.End(r, -Errno.ECANCELED);
        }
        else if (r->Transferred != 0 && r->Transferred == r->DataBytes)
        {
            // The first attempt of CACHE has moved everything.
            Spend(sqe);
            _ended.End(r, (long)r->Transferred);
        }
        else
        {
            Prepare(r, sqe);
        }
    }

    // An SQE that was taken and turned out not to be needed.
    private static void Spend(UringSqe* sqe) => *sqe = new UringSqe { Opcode = IORING_OP_NOP, Fd = -1, UserData = CancelTag };

    private void Prepare(Request* r, UringSqe* sqe)
    {
        _inFlight++;
        _filesInFlight += IsWaitable(r) ? 0 : 1;
        sqe->Fd = r->File->Fd;
        sqe->UserData = (ulong)r;
        if (r->Opcode is Aio2Op.Fsync or Aio2Op.Fdsync)
        {
            sqe->Opcode = IORING_OP_FSYNC;
            sqe->OpFlags = r->Opcode == Aio2Op.Fdsync ? IORING_FSYNC_DATASYNC : 0;
            return;
        }

        sqe->Priority = r->Priority == Request.PriorityRefused ? (ushort)0 : r->Priority;
        var segments = Request.Segments(r);
        uint count = r->SegmentCount;
        var skip = r->Transferred;
        while (count > 1 && skip >= segments->Bytes)
        {
            skip -= segments->Bytes;
            segments++;
            count--;
        }

        var isRead = r->Opcode is Aio2Op.Pread or Aio2Op.Preadv;
        sqe->Offset = r->Offset < 0 ? ulong.MaxValue : (ulong)r->Offset + r->Transferred;
        sqe->OpFlags = r->RwFlags | (AsksNotToWait(r) ? Aio2Rwf.Nowait : 0);
        if (count > 1 && skip == 0)
        {
            sqe->Opcode = isRead ? IORING_OP_READV : IORING_OP_WRITEV;
            sqe->Addr = (ulong)segments;
            sqe->Len = count;
            return;
        }

        // One segment, or what is left of one; the rest of the list follows as a continuation.
        sqe->Opcode = isRead ? IORING_OP_READ : IORING_OP_WRITE;
        sqe->Addr = count == 0 ? 0 : (ulong)segments->Base + skip;
        sqe->Len = count == 0 ? 0 : (uint)Math.Min((ulong)segments->Bytes - skip, BytesAtOnce);
    }

    // io_uring arms a poll for a stream with O_NONBLOCK, where the call would say -EAGAIN: RWF_NOWAIT makes it say so. Files
    // that take no RWF_NOWAIT (eventfds) are asked again without, and then it obeys O_NONBLOCK.
    private static bool AsksNotToWait(Request* r) =>
        (r->Traits & (RequestTraits.NonBlocking | RequestTraits.Pollable)) == (RequestTraits.NonBlocking | RequestTraits.Pollable)
        && r->EnginePrevious == null;

    // ioprio_set(2): the class that a thread needs a capability for.
    private const int PriorityClassShift = 13, PriorityRealTime = 1;

    private void Finish(Request* r, int res)
    {
        if (res == -Errno.EINTR && r->EngineWord is not (EngineState.CancelAsked or EngineState.CancelSent))
        {
            r->Retried++;
            _again.Append(r);
            return;
        }

        if (res == -Errno.EPERM && r->Priority >> PriorityClassShift == PriorityRealTime && r->EngineWord is not (EngineState.CancelAsked or EngineState.CancelSent))
        {
            // The class is not for the thread that entered the ring: the transfer goes on without, and the return says so (ATTR-3).
            r->Priority = Request.PriorityRefused;
            _again.Append(r);
            return;
        }

        if (_isDeferred && WasLeftByItsThread(r, res))
        {
            _again.Append(r);
            return;
        }

        if (res == -Errno.EOPNOTSUPP && AsksNotToWait(r) && (r->RwFlags & Aio2Rwf.Nowait) == 0)
        {
            r->EnginePrevious = r;
            _again.Append(r);
            return;
        }

        if (res > 0 && r->Opcode is not (Aio2Op.Fsync or Aio2Op.Fdsync))
        {
            r->Transferred += (uint)res;
            if ((r->Traits & RequestTraits.Seekable) != 0 && !Transfer.IsSingleAttempt(r) && r->Transferred < r->DataBytes)
            {
                r->Continued++;
                _again.Append(r);
                return;
            }
        }

        Decide(r, r->Transferred != 0 ? (long)r->Transferred : res == -Errno.EINTR ? -Errno.ECANCELED : res);
    }

    private void Decide(Request* r, long result)
    {
        r->Res = result;

        // Whoever asked to cancel has a message under way that names the request: it is passed on when that comes.
        if (Interlocked.Exchange(ref r->EngineWord, EngineState.Busy) != EngineState.CancelAsked)
        {
            _ended.End(r, result);
        }
    }
}
