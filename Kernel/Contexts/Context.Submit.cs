using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Attributes;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Contexts;

/// <remarks>A run goes through in chunks of three steps: judged without a lock (<see cref="RecordValidator"/> changes nothing);
/// admitted under one hold of the lock, where slots are taken in the order of the records and what needs no file ends at once;
/// handed to the engine without the lock (<see cref="HandOver"/>). A slot is so the last thing that can be missing, as ERR-1 has it.</remarks>
internal sealed unsafe partial class Context
{
    private const int ChunkRecords = 64;

    /// <summary>Submits the kernel's copy of a run: bytes accepted, or <c>-errno</c> (SUBMIT-1). The caller is inside.</summary>
    /// <param name="run">The copy.</param>
    /// <param name="bytes">Bytes of it.</param>
    /// <param name="isCut">Whether the user's run was longer: a record that the cut goes through is not looked at.</param>
    /// <param name="report">Receives the first offending record (SUBMIT-5); cleared on entry.</param>
    public long Submit(byte* run, int bytes, bool isCut, ref Aio2Extack report)
    {
        int ended = 0, more;
        do
        {
            more = EndBareNops(run + ended, bytes - ended);
            ended += more;
        }
        while (more != 0 && ended < bytes);
        return ended == bytes ? ended : SubmitFrom(ended, run, bytes, isCut, ref report);
    }

    private long SubmitFrom(int at, byte* run, int bytes, bool isCut, ref Aio2Extack report)
    {
        var inlineEntries = stackalloc byte[DescriptorTable.InlineBytes];
        var plans = stackalloc RecordPlan[Math.Min(ChunkRecords, (bytes / Iocb2.SizeOf) + 1)];
        var descriptors = new DescriptorTable(inlineEntries, _files);
        var scratch = default(SegmentScratch);
        var validator = new RecordValidator(Kernel.Memory, run, bytes, MaxEventBytes);
        var miss = HotMiss.None;
        for (var goOn = true; goOn && at < bytes;)
        {
            if (at != miss.At && EndHotReads(validator, at, ref descriptors, ref miss) is var ended and not 0)
            {
                at += ended;
                continue;
            }

            var count = JudgeChunk(validator, at, isCut, plans, ref descriptors, ref scratch, ref report, out var next);
            if (count != 0 && at == miss.At && plans->Refused == 0)
            {
                plans->Traits |= RequestTraits.Attempted;
                plans->Transferred = miss.Bytes;
            }

            goOn = next >= 0;
            var admitted = Admit(run, plans, count, ref descriptors, ref scratch, ref report, out var stop);
            at = admitted < count ? plans[admitted].Offset : goOn ? next : ~next;
            goOn &= stop == 0;
            scratch.Reset();
            if (stop != 0 && at == 0)
            {
                report.Error = stop == -Errno.ENXIO ? 0 : report.Error;
                at = stop;
            }
            else if (!goOn && at == 0)
            {
                at = report.Error;
            }
        }

        descriptors.Dispose();
        scratch.Dispose();
        return at;
    }

    // Judges up to a chunk of records: how many can be admitted. Next: where to go on; its complement, where the run ends.
    private int JudgeChunk(RecordValidator validator, int at, bool isCut, RecordPlan* plans, ref DescriptorTable descriptors,
        ref SegmentScratch scratch, ref Aio2Extack report, out int next)
    {
        var count = 0;
        for (next = at; count < ChunkRecords && next < validator.Bytes && scratch.HasRoom; count++)
        {
            ref var plan = ref plans[count];
            plan = default;
            plan.Offset = next;
            var refusal = validator.Frame(next, out plan.IocbBytes);
            if (refusal.Errno == 0)
            {
                refusal = validator.Judge(ref plan, ref descriptors, ref scratch);
            }
            else if (isCut && refusal.Reason == Aio2Reason.RecordTruncated)
            {
                next = ~next;
                return count;
            }

            if (refusal.Errno != 0)
            {
                Report(ref report, refusal, next);
                if (!_submitAll || refusal.StopsTheRun)
                {
                    next = ~next;
                    return count;
                }

                plan = new RecordPlan
                {
                    Offset = next,
                    IocbBytes = plan.IocbBytes,
                    EventBytes = IoEvent2.SizeOf,
                    Descriptor = -1,
                    Refused = -refusal.Errno,
                };
            }

            next += plan.IocbBytes;
        }

        return count;
    }

    // The first offending record stays in the report, whichever is found first.
    private static void Report(ref Aio2Extack report, Refusal refusal, int recordOffset)
    {
        if (report.Error == 0 || (ulong)recordOffset <= report.RecordOffset)
        {
            report.Error = -refusal.Errno;
            report.Reason = refusal.Reason;
            report.RecordOffset = (ulong)recordOffset;
            report.FieldOffset = (ulong)(recordOffset + refusal.FieldOffset);
        }
    }

    // Admits planned records in order, as far as slots and memory go. Stop: -EAGAIN, -ENOMEM or -ENXIO.
    private int Admit(byte* run, RecordPlan* plans, int count, ref DescriptorTable descriptors, ref SegmentScratch scratch,
        ref Aio2Extack report, out int stop)
    {
        Request* first = null, last = null;
        uint overflowed = 0;
        var ended = 0;
        var admitted = 0;
        stop = 0;
        if (Volatile.Read(ref _freeSlots) < count)
        {
            RunDeferred();
        }

        _lock.Enter();
        if (_freeSlots < count)
        {
            Drain();
        }

        var firstId = _nextId;
        for (; admitted < count && stop == 0; admitted++)
        {
            if (plans[admitted].EventBytes > MaxEventBytes)
            {
                // A RESIZE came between: it is judged by the ring that there is now (ATTR-6, RING-11).
                stop = -Errno.EMSGSIZE;
                break;
            }

            stop = TryAdmit(run, plans[admitted], scratch, out var r);
            if (stop != 0)
            {
                break;
            }

            _outstanding.Add(r);
            if (plans[admitted].EndsAtOnce)
            {
                if (ended == 0)
                {
                    // A completion pass like any other (RING-7).
                    Drain();
                }

                EndAtOnce(r, plans[admitted].Refused);
                overflowed += Post(r) ? 0u : 1u;
                ended++;
                continue;
            }

            _unfinished++;
            if (last == null)
            {
                first = r;
            }
            else
            {
                last->Next = r;
            }

            last = r;
            r->Next = null;
        }

        Waiter* roused = null;
        EventFdSignal? signal = null;
        if (ended != 0)
        {
            PublishPosted(overflowed);
        }

        if (_trace is not null && admitted != 0)
        {
            TraceAdmitted(firstId, plans, admitted, ended);
        }

        if (ended != 0)
        {
            roused = WakeReady();
            signal = SignalOfPass();
        }

        _lock.Exit();
        AfterPass(signal, roused);

        if (stop is -Errno.EAGAIN or -Errno.ENOMEM or -Errno.EMSGSIZE)
        {
            var reason = stop == -Errno.EAGAIN ? Aio2Reason.NoSlot
                : stop == -Errno.ENOMEM ? Aio2Reason.NoMemory
                : Aio2Reason.EventTooLarge;
            Report(ref report, new Refusal(-stop, reason, 0), plans[admitted].Offset);
        }

        if (first != null)
        {
            HandOver(first, ref descriptors);
        }

        return admitted;
    }

    // Under the lock: a slot and a block, filled in.
    private int TryAdmit(byte* run, in RecordPlan plan, in SegmentScratch scratch, out Request* r)
    {
        r = null;
        if (_dying)
        {
            return -Errno.ENXIO;
        }

        if (_freeSlots == 0)
        {
            return -Errno.EAGAIN;
        }

        r = _slab.TryTake(RequestSlab.ClassOf(Request.BlockBytes(plan.IocbBytes, plan.EventBytes, plan.Segments)));
        if (r == null)
        {
            return -Errno.ENOMEM;
        }

        var more = (plan.Traits & RequestTraits.HasMore) != 0 ? _slab.TryTake(0) : null;
        if (more == null && (plan.Traits & RequestTraits.HasMore) != 0)
        {
            _slab.Return(r);
            return -Errno.ENOMEM;
        }

        _freeSlots--;
        Fill(r, run + plan.Offset, plan, scratch);
        if (more != null)
        {
            PrepareMore(r, more);
        }

        return 0;
    }

    private void Fill(Request* r, byte* record, in RecordPlan plan, in SegmentScratch scratch)
    {
        if (_handle == 0)
        {
            _handle = GCHandle.ToIntPtr(GCHandle.Alloc(this));
        }

        var source = (Iocb2*)record;
        var sizeClass = r->SizeClass;
        // In place: an initializer would make it on the stack first, and copy it.
        *r = default;
        r->Owner = _handle;
        r->Id = _nextId++;
        r->DataBytes = plan.DataBytes;
        r->Transferred = plan.Transferred;
        r->Offset = source->Offset;
        r->State = (int)RequestState.Queued;
        r->RwFlags = source->RwFlags;
        r->Opcode = source->Opcode;
        r->Traits = plan.Traits;
        r->IocbBytes = (ushort)plan.IocbBytes;
        r->EventBytes = (ushort)plan.EventBytes;
        r->SegmentCount = (ushort)plan.Segments;
        r->SizeClass = sizeClass;
        r->AttributeCount = (ushort)plan.AttributeCount;
        r->EngineWord = (ulong)plan.Descriptor;
        if (_trace is not null)
        {
            r->TraceIssued = NotIssued;
        }

        if (plan.IocbBytes == Iocb2.SizeOf)
        {
            // The size is known to the compiler: no call.
            *Request.Iocb(r) = *source;
        }
        else
        {
            Buffer.MemoryCopy(record, Request.Iocb(r), plan.IocbBytes, plan.IocbBytes);
        }

        *Request.Event(r) = new IoEvent2 { Bytes = (uint)plan.EventBytes, UserData = source->UserData };
        if (plan.AttributeCount != 0)
        {
            PrefillReturns(r);
        }

        if (plan.Segments != 0)
        {
            var bytes = plan.Segments * sizeof(Iovec);
            if (Aio2Catalog.Ops[r->Opcode].Vectored || r->Opcode == Aio2Op.Syscall)
            {
                Buffer.MemoryCopy(scratch.At(plan.SegmentsAt), Request.Segments(r), bytes, bytes);
            }
            else
            {
                *Request.Segments(r) = new Iovec { Base = source->Addr, Bytes = source->Len };
            }
        }
    }

    // Silence means "nobody handled it" (ATTR-2).
    private static void PrefillReturns(Request* r)
    {
        new Span<byte>(Request.Event(r) + 1, r->EventBytes - IoEvent2.SizeOf).Clear();
        var walk = new AttributeWalk(r);
        while (walk.MoveNext())
        {
            if (walk.Return != null)
            {
                walk.Return->Bytes = (uint)AttributeWalk.ReturnBytes(walk.Handler);
                walk.Return->Type = walk.Attribute->Type;
                walk.Return->Status = -Errno.EOPNOTSUPP;
            }
        }
    }

    // What needs no file ends inside the call: NOP, and what SUBMIT_ALL refuses. Its hooks touch the kernel's memory only.
    private static void EndAtOnce(Request* r, int refused)
    {
        r->Res = refused;
        if (refused == 0)
        {
            RequestHooks.AtSubmit(r, null);
            if (r->State == (int)RequestState.Queued)
            {
                RequestHooks.AtIssue(r, -1);
            }
            else
            {
                r->Res = -Errno.ECANCELED;
            }
        }

        RequestHooks.AtComplete(r);
    }
}
