using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Engines.Polling;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Threads;

/// <summary>Waits for pipes, sockets, terminals and the like, and makes their transfers without blocking.</summary>
/// <remarks>
/// <para>One thread owns all that waits: <see cref="PollFile"/>, its lines, the epoll set. Others speak to it through two
/// lock-free stacks, one of new requests and one of cancels, and an eventfd.</para>
/// <para>Cancel against the natural end: <see cref="Request.EngineWord"/> goes from Waiting either to CancelAsked (by the
/// canceller, who then pushes the request onto the stack of cancels) or to Busy (by the poller, who then ends it). A poller
/// that finds CancelAsked keeps the request until its cancel message arrives, so that no message ever points to a freed block.</para>
/// <para>A transfer is attempted with RWF_NOWAIT. A FIFO that refuses that is opened once more, without blocking. Another file
/// that does (an eventfd, some devices) is polled, and once ready its request goes to a worker for the blocking call.</para></remarks>
internal sealed unsafe class StreamPoller : IDisposable
{
    private const int EventsAtOnce = 64;

    private readonly ThreadsEngine _engine;
    private readonly EpollThread _waits;
    private ulong _inbox;
    private ulong _cancels;
    private int _rung;
    private PollFile* _noted;

    public StreamPoller(ThreadsEngine engine)
    {
        _engine = engine;
        _waits = new EpollThread("aio2-poller", Run);
    }

    /// <summary>Takes a request over: 0, or <c>-errno</c> where the poller cannot be started. Requests are attempted in the
    /// order of their arrival on a file.</summary>
    public int TryAdd(Request* r)
    {
        var error = _waits.Start();
        if (error != 0)
        {
            return error;
        }

        ulong seen;
        do
        {
            seen = Volatile.Read(ref _inbox);
            r->Next = (Request*)seen;
        }
        while (Interlocked.CompareExchange(ref _inbox, (ulong)r, seen) != seen);
        Ring();
        return 0;
    }

    /// <summary>Asks to cancel a request that was begun: false, if it is beyond that. Under its context's lock, so that it
    /// cannot be freed meanwhile.</summary>
    public bool Cancel(Request* r)
    {
        if (Interlocked.CompareExchange(ref r->EngineWord, ThreadsEngine.CancelAsked, ThreadsEngine.Waiting) != ThreadsEngine.Waiting)
        {
            return false;
        }

        ulong seen;
        do
        {
            seen = Volatile.Read(ref _cancels);
            r->EngineLink = (Request*)seen;
        }
        while (Interlocked.CompareExchange(ref _cancels, (ulong)r, seen) != seen);
        Ring();
        return true;
    }

    public void Dispose() => _waits.Dispose();

    private void Ring()
    {
        // One ring until the poller has looked. Pairs with its: clear, full fence, look.
        if (Interlocked.Exchange(ref _rung, 1) == 0)
        {
            _waits.Ring();
        }
    }

    private void Run()
    {
        var batch = default(CompletionBatch);
        var events = stackalloc byte[EventsAtOnce * sizeof(EpollEvent)];
        while (!_waits.IsStopping)
        {
            var count = Libc.EpollWait(_waits.Epoll, (EpollEvent*)events, EventsAtOnce, -1);
            for (var i = 0; i < count; i++)
            {
                var happened = (EpollEvent*)(events + (i * EpollEvent.Stride));
                if (happened->Data == 0)
                {
                    HearBell(ref batch);
                }
                else
                {
                    Serve((PollFile*)happened->Data, ref batch);
                }
            }

            DropEmpty();
            batch.Flush();
        }
    }

    private void HearBell(ref CompletionBatch batch)
    {
        _waits.Hear();
        _ = Interlocked.Exchange(ref _rung, 0);
        var added = Reversed((Request*)Interlocked.Exchange(ref _inbox, 0));
        while (added != null)
        {
            var r = added;
            added = r->Next;
            Begin(r, ref batch);
        }

        var cancelled = (Request*)Interlocked.Exchange(ref _cancels, 0);
        while (cancelled != null)
        {
            var r = cancelled;
            cancelled = r->EngineLink;
            EndCancelled(r, ref batch);
        }
    }

    private static Request* Reversed(Request* stack)
    {
        Request* first = null;
        while (stack != null)
        {
            var next = stack->Next;
            stack->Next = first;
            first = stack;
            stack = next;
        }

        return first;
    }

    private void Begin(Request* r, ref CompletionBatch batch)
    {
        if (!RequestHooks.TryBegin(r, r->File->Fd))
        {
            batch.End(r, -Errno.ECANCELED);
            return;
        }

        var file = (PollFile*)r->File->EngineWord;
        if (file != null && PollFile.LineOf(file, r)->First != null)
        {
            PollFile.LineOf(file, r)->Append(r);
        }
        else if (!TryEnd(r, ref batch))
        {
            file = PollFile.Of(r->File);
            PollFile.LineOf(file, r)->Append(r);
            Arm(file, ref batch);
        }
    }

    // Attempts a transfer: true, if the request is no longer the poller's to wait for.
    private bool TryEnd(Request* r, ref CompletionBatch batch)
    {
        var fd = r->File->Fd;
        var single = Transfer.IsSingleAttempt(r);
        var moved = Transfer.Attempt(r, fd, single ? 0 : Libc.RWF_NOWAIT);
        if (moved == -Errno.EAGAIN && !single)
        {
            return false;
        }

        if (moved == -Errno.EOPNOTSUPP && !single)
        {
            var file = PollFile.Of(r->File);
            var unblocked = file->Unblocked();
            if (unblocked < 0)
            {
                NoteIfEmpty(file);
                return TryHandOver(r, fd);
            }

            moved = Transfer.Attempt(r, unblocked, 0);
            NoteIfEmpty(file);
            if (moved == -Errno.EAGAIN)
            {
                return false;
            }
        }

        // The result is decided; one that was told to cancel meanwhile waits for its message.
        r->Res = moved;
        if (Interlocked.Exchange(ref r->EngineWord, ThreadsEngine.Busy) == ThreadsEngine.Waiting)
        {
            r->Transferred = (ulong)Math.Max(moved, 0);
            batch.End(r, moved);
        }

        return true;
    }

    // A file that takes no RWF_NOWAIT: once it is ready, or cannot be polled, a worker makes the blocking call.
    private bool TryHandOver(Request* r, int fd)
    {
        var wanted = PollFile.IsRead(r) ? Libc.POLLIN : Libc.POLLOUT;
        var ready = new Pollfd { Fd = fd, Events = wanted };
        if (Libc.Poll(&ready, 1, 0) == 0)
        {
            return false;
        }

        r->Res = -Errno.ECANCELED;
        if (Interlocked.Exchange(ref r->EngineWord, ThreadsEngine.Busy) == ThreadsEngine.Waiting)
        {
            _engine.SubmitReady(r);
        }

        return true;
    }

    private void EndCancelled(Request* r, ref CompletionBatch batch)
    {
        if (r->EngineWord == ThreadsEngine.Busy)
        {
            // Decided before the message came: its result stands.
            batch.End(r, r->Res);
            return;
        }

        var file = (PollFile*)r->File->EngineWord;
        PollFile.LineOf(file, r)->Remove(r);
        NoteIfEmpty(file);
        batch.End(r, -Errno.ECANCELED);
    }

    // A file is ready: its lines go on until one would wait.
    private void Serve(PollFile* file, ref CompletionBatch batch)
    {
        file->Armed = 0;
        ServeLine(&file->Readers, ref batch);
        ServeLine(&file->Writers, ref batch);
        Arm(file, ref batch);
    }

    private void ServeLine(RequestLine* line, ref CompletionBatch batch)
    {
        while (line->First != null)
        {
            var r = line->First;
            line->Remove(r);
            if (!TryEnd(r, ref batch))
            {
                line->PutFirst(r);
                return;
            }
        }
    }

    private void Arm(PollFile* file, ref CompletionBatch batch)
    {
        var wanted = (file->Readers.First != null ? Libc.EPOLLIN : 0) | (file->Writers.First != null ? Libc.EPOLLOUT : 0);
        if (wanted == 0 || wanted == file->Armed)
        {
            NoteIfEmpty(file);
            return;
        }

        var armed = new EpollEvent { Events = wanted | Libc.EPOLLONESHOT, Data = (nint)file };
        var operation = file->IsMember ? Libc.EPOLL_CTL_MOD : Libc.EPOLL_CTL_ADD;
        var result = Libc.EpollCtl(_waits.Epoll, operation, file->File->Fd, &armed);
        if (result == 0)
        {
            file->Armed = wanted;
            file->IsMember = true;
            return;
        }

        GiveUpLine(&file->Readers, result, ref batch);
        GiveUpLine(&file->Writers, result, ref batch);
        NoteIfEmpty(file);
    }

    // The file cannot be waited for. -EPERM: it has no poll, so that a blocking call ends unaided; else no memory is left.
    private void GiveUpLine(RequestLine* line, int error, ref CompletionBatch batch)
    {
        while (line->First != null)
        {
            var r = line->First;
            line->Remove(r);
            r->Res = error == -Errno.EPERM ? -Errno.ECANCELED : error;
            if (Interlocked.Exchange(ref r->EngineWord, ThreadsEngine.Busy) != ThreadsEngine.Waiting)
            {
                continue;
            }

            if (error == -Errno.EPERM)
            {
                _engine.SubmitReady(r);
            }
            else
            {
                batch.End(r, error);
            }
        }
    }

    private void NoteIfEmpty(PollFile* file)
    {
        if (file->IsEmpty && !file->IsNoted)
        {
            file->IsNoted = true;
            file->NextNoted = _noted;
            _noted = file;
        }
    }

    // At the end of a wake-up, when no collected event can name them any more.
    private void DropEmpty()
    {
        while (_noted != null)
        {
            var file = _noted;
            _noted = file->NextNoted;
            file->IsNoted = false;
            if (file->IsEmpty)
            {
                if (file->IsMember)
                {
                    _ = Libc.EpollCtl(_waits.Epoll, Libc.EPOLL_CTL_DEL, file->File->Fd, null);
                }

                PollFile.Free(file);
            }
        }
    }
}
