using AioV2.Abi;
using AioV2.Kernel.Engines;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Contexts;

internal sealed unsafe partial class Context
{
    private readonly CallerEngine? _caller;

    /// <summary>A context for io_issue2: of no id, with one slot and a private ring, whose requests run in the caller's thread.</summary>
    public Context(EmbeddedKernel kernel, CallerEngine caller)
        : this(kernel, 1, Aio2.EventMax, false) => _caller = caller;

    /// <summary>Runs one iocb to its end and delivers its event: bytes of it, or <c>-errno</c> (ISSUE-1). One call at a time.</summary>
    /// <param name="record">The kernel's copy.</param>
    /// <param name="bytes">Bytes of it.</param>
    /// <param name="buffer">The user's memory for the event.</param>
    /// <param name="eventBytes">Room there, at most AIO2_EVENT_MAX.</param>
    public long Issue(byte* record, int bytes, ulong buffer, uint eventBytes)
    {
        var validator = new RecordValidator(Kernel.Memory, record, bytes, eventBytes);
        var plan = default(RecordPlan);
        var inlineEntries = stackalloc byte[DescriptorTable.InlineBytes];
        var descriptors = new DescriptorTable(inlineEntries);
        var scratch = default(SegmentScratch);
        var refusal = validator.Frame(0, out plan.IocbBytes);
        if (refusal.Errno == 0 && plan.IocbBytes != bytes)
        {
            refusal = new Refusal(Errno.EINVAL, Aio2Reason.RecordTruncated, Iocb2.At.Bytes);
        }

        if (refusal.Errno == 0 && ((Iocb2*)record)->Opcode == Aio2Op.Poll && ((Iocb2*)record)->Flags != 0)
        {
            // Many events, or none that ends: there is room for one.
            refusal = new Refusal(Errno.EINVAL, Aio2Reason.FlagsInapplicable, Iocb2.At.Flags);
        }

        refusal = refusal.Errno != 0 ? refusal : validator.Judge(ref plan, ref descriptors, ref scratch);
        long result = -refusal.Errno;
        if (result == 0)
        {
            result = Kernel.Memory.ProbeWritable(buffer, (nuint)plan.EventBytes);
        }

        if (result == 0)
        {
            var report = default(Aio2Extack);
            _ = Admit(record, &plan, 1, ref descriptors, ref scratch, ref report, out var stop);
            result = stop != 0 ? stop : DeliverOnly(buffer);
        }

        descriptors.Dispose();
        scratch.Dispose();
        return result;
    }

    // The request has ended inside Admit.
    private long DeliverOnly(ulong buffer)
    {
        _lock.Enter();
        var r = _list.TakeFirst();
        _lock.Exit();
        long bytes = r->EventBytes;
        var fault = Kernel.Memory.CopyOut(buffer, Requests.Request.Event(r), (nuint)bytes);
        _lock.Enter();
        Free(r);
        _lock.Exit();
        return fault != 0 ? fault : bytes;
    }
}
