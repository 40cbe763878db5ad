using AioV2.Abi;
using AioV2.Kernel.Engines;
using AioV2.Kernel.Engines.Calls;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Contexts;

internal sealed unsafe partial class Context
{
    // Requests for one engine, oldest first.
    private struct Line
    {
        public Request* First;
        public int Count;
        private Request* _last;

        public void Append(Request* r)
        {
            if (First == null)
            {
                First = r;
            }
            else
            {
                _last->Next = r;
            }

            _last = r;
            Count++;
        }
    }

    // Who runs a request: the caller's own thread for io_issue2, the context's own ring, or whom the kernel has for it.
    private IEngine EngineOf(Request* r) =>
        _caller is { } caller ? caller
        : _deferred is { } own && Kernel.EngineOf(r) == Kernel.Engine ? own
        : Kernel.EngineOf(r);

    // Without the lock: files are held, what can end at once ends, the rest goes to its engine.
    private void HandOver(Request* first, ref DescriptorTable descriptors)
    {
        var main = _caller ?? EngineForTransfers();
        Line ended = default, queued = default, direct = default, pooled = default, polled = default;

        // The newest reading of the clock, while no work lies behind it; else 0.
        long stamp = 0;
        while (first != null)
        {
            var r = first;
            first = r->Next;
            r->Next = null;
            r->SubmitTime = stamp;
            stamp = 0;
            var engine = EngineOf(r);
            if (TryEndAtOnce(r, engine, ref descriptors))
            {
                RequestHooks.AtComplete(r);
                stamp = (r->Traits & RequestTraits.LongAtComplete) == 0 ? r->IssueTime : 0;
                ended.Append(r);
            }
            else if (engine == main)
            {
                (GoesByLane(r) ? ref direct : ref queued).Append(r);
            }
            else if (engine == Kernel.Polls)
            {
                polled.Append(r);
            }
            else
            {
                pooled.Append(r);
            }
        }

        if (polled.First != null)
        {
            Kernel.Polls.Submit(polled.First, polled.Count);
        }

        if (pooled.First != null)
        {
            Kernel.Pool.Submit(pooled.First, pooled.Count);
        }

        if (queued.First != null)
        {
            main.Submit(queued.First, queued.Count);
        }

        if (direct.First != null)
        {
            _lane!.Submit(direct.First);
        }

        if (ended.First != null)
        {
            CompletePass(ended.First);
        }
    }

    // A request on a protected file is never tried inline: its path waits for a lock.
    private static bool TryEndAtOnce(Request* r, IEngine engine, ref DescriptorTable descriptors)
    {
        var descriptor = (int)r->EngineWord;
        if (r->Opcode == Aio2Op.Syscall)
        {
            r->EngineWord = 0;
            RequestHooks.AtSubmit(r, null);
            return IsCancelled(r) || !TryHoldArguments(r);
        }

        var file = descriptors.At(descriptor);
        r->EngineWord = 0;
        RequestHooks.AtSubmit(r, file);
        return IsCancelled(r)
            || ((r->Traits & RequestTraits.Protected) == 0 && engine.TryInline(r, file->LookFd))
            || (engine.NeedsHeldFiles && !TryHold(r, descriptor, ref descriptors));
    }

    // Told to cancel before the engine saw it: it ends here.
    private static bool IsCancelled(Request* r)
    {
        if (Volatile.Read(ref r->State) == (int)RequestState.Queued)
        {
            return false;
        }

        r->Res = -Errno.ECANCELED;
        return true;
    }

    private static bool TryHoldArguments(Request* r)
    {
        var block = CallBlock.Of(r);
        var error = block->Hold();
        if (error == 0 && AllowList.Waits(r))
        {
            r->File = HeldFile.Hold((int)block->Call.Args[0], out error);
        }

        r->Res = error;
        return error == 0;
    }

    private static bool TryHold(Request* r, int descriptor, ref DescriptorTable descriptors)
    {
        int error;
        if (r->Opcode == Aio2Op.Poll)
        {
            // One of its own: an epoll set takes a descriptor once.
            r->File = HeldFile.Hold(descriptors.At(descriptor)->LookFd, out error);
            r->Res = error;
            return r->File != null;
        }

        r->File = descriptors.Hold(descriptor, out error);
        if (r->File == null)
        {
            r->Res = error;
            return false;
        }

        HeldFile.AddReference(r->File);
        return true;
    }
}
