using AioV2.Abi;
using AioV2.Kernel.Engines.Calls;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines;

/// <summary>Runs a request to its end in the thread that hands it over: what io_issue2 is for (ISSUE-1). One request at a time.</summary>
/// <remarks>It waits where the call would wait. On what can be polled it waits for the file and for a bell, so that a deadline
/// finds it; there <see cref="Request.EngineWord"/> goes from Waiting either to CancelAsked (by the canceller, who then rings)
/// or to Busy (by the caller, once the result is decided).</remarks>
internal sealed unsafe class CallerEngine : IEngine
{
    private const ulong Waiting = 0, CancelAsked = 1, Busy = 2;

    private int _bell = -1;

    public string Name => "caller";

    public bool NeedsHeldFiles => true;

    public bool TryInline(Request* request, int userFd) => InlineRead.TryEnd(request, userFd);

    public void Submit(Request* first, int count)
    {
        var batch = default(CompletionBatch);
        while (first != null)
        {
            var r = first;
            first = r->Next;
            batch.End(r, RequestHooks.TryBegin(r, r->File == null ? -1 : r->File->Fd) ? RunWithPriority(r) : -Errno.ECANCELED);
        }

        batch.Flush();
    }

    public CancelAnswer Cancel(Request* request)
    {
        if (Interlocked.CompareExchange(ref request->EngineWord, CancelAsked, Waiting) != Waiting)
        {
            return CancelAnswer.Running;
        }

        ulong one = 1;
        var bell = Volatile.Read(ref _bell);
        if (bell >= 0)
        {
            _ = Libc.Write(bell, &one, sizeof(ulong));
        }

        return CancelAnswer.Told;
    }

    public bool IsCancellable(Request* request) => Volatile.Read(ref request->EngineWord) == Waiting;

    public void Dispose()
    {
        if (_bell >= 0)
        {
            _ = Libc.Close(_bell);
            _bell = -1;
        }
    }

    // The thread is the caller's: its priority is put back.
    private long RunWithPriority(Request* r)
    {
        if (r->Priority == 0)
        {
            return Run(r);
        }

        var before = Libc.IoprioGet(0);
        var priority = default(Threads.WorkerPriority);
        priority.Take(r);
        var result = Run(r);
        _ = Libc.IoprioSet(0, Math.Max(before, 0));
        return result;
    }

    private long Run(Request* r)
    {
        if (r->Opcode == Aio2Op.Syscall)
        {
            return RunCall(r);
        }

        var fd = r->File->Fd;
        if (r->Opcode == Aio2Op.Poll)
        {
            return AwaitReady(r, fd, (short)Request.Iocb(r)->Len);
        }

        if ((r->Traits & RequestTraits.Pollable) == 0 || r->Opcode is Aio2Op.Fsync or Aio2Op.Fdsync || Transfer.IsSingleAttempt(r))
        {
            r->EngineWord = Busy;
            return Transfer.Run(r, fd);
        }

        var wanted = r->Opcode is Aio2Op.Pread or Aio2Op.Preadv ? Libc.POLLIN : Libc.POLLOUT;
        while (true)
        {
            var moved = Transfer.Attempt(r, fd, Libc.RWF_NOWAIT);
            if (moved == -Errno.EOPNOTSUPP)
            {
                // It takes no RWF_NOWAIT: once it is ready the blocking call is made.
                var ready = AwaitReady(r, fd, wanted);
                return ready < 0 ? ready : Transfer.Run(r, fd);
            }

            if (moved != -Errno.EAGAIN)
            {
                _ = Interlocked.Exchange(ref r->EngineWord, Busy);
                return moved;
            }

            var error = AwaitReady(r, fd, wanted);
            if (error < 0)
            {
                return error;
            }
        }
    }

    private long RunCall(Request* r)
    {
        if (!AllowList.Waits(r))
        {
            r->EngineWord = Busy;
            return AllowList.Run(r);
        }

        long result;
        while (!AllowList.TryEnd(r, out result))
        {
            result = AwaitReady(r, r->File->Fd, AllowList.Wanted(r));
            if (result < 0)
            {
                return result;
            }
        }

        _ = Interlocked.Exchange(ref r->EngineWord, Busy);
        return result;
    }

    // Waits for the file or the bell: the events found, or -ECANCELED. Bell first, then a look at the word: pairs with Cancel's
    // word, then bell.
    private int AwaitReady(Request* r, int fd, short wanted)
    {
        if (_bell < 0)
        {
            var made = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
            if (made < 0)
            {
                return made;
            }

            _ = Interlocked.Exchange(ref _bell, made);
        }

        var sources = stackalloc Pollfd[2];
        while (Volatile.Read(ref r->EngineWord) == Waiting)
        {
            sources[0] = new Pollfd { Fd = fd, Events = wanted };
            sources[1] = new Pollfd { Fd = _bell, Events = Libc.POLLIN };
            _ = Libc.Poll(sources, 2, -1);
            if (sources[0].Returned != 0)
            {
                return (ushort)sources[0].Returned;
            }

            // A ring of a call before this one is forgotten here.
            ulong count;
            _ = Libc.Read(_bell, &count, sizeof(ulong));
        }

        return -Errno.ECANCELED;
    }
}
