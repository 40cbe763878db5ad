using System.Runtime.CompilerServices;
using AioV2.Abi;
using AioV2.Kernel.Attributes;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Submission;

/// <summary>Judges one record of the kernel's copy of a run, in the order of ERR-1, and plans its admission.</summary>
/// <remarks>Framing, opcode, flags, fields, ranges, attributes (framing, twice, REQUIRED, payload), event size, descriptor,
/// access mode, stream offset, segments. The slot comes last and is the context's affair. Nothing is changed but the
/// descriptor table and the scratch for segments.</remarks>
internal unsafe ref struct RecordValidator
{
    private readonly UserMemory _memory;
    private readonly byte* _run;
    private readonly int _bytes;
    private readonly uint _maxEventBytes;

    /// <param name="memory">For the segments, which are the one thing a record points to.</param>
    /// <param name="run">The kernel's copy.</param>
    /// <param name="bytes">Bytes of it.</param>
    /// <param name="maxEventBytes">Largest event of the context (ATTR-6).</param>
    public RecordValidator(UserMemory memory, byte* run, int bytes, uint maxEventBytes)
    {
        _memory = memory;
        _run = run;
        _bytes = bytes;
        _maxEventBytes = maxEventBytes;
    }

    /// <summary>Bytes of the run.</summary>
    public readonly int Bytes => _bytes;

    /// <summary>What stands at a place of the run.</summary>
    public readonly byte* Record(int at) => _run + at;

    /// <summary>Whether this kernel runs the operation.</summary>
    public static bool IsSupported(ushort opcode) => opcode <= Aio2Op.Syscall;

    /// <summary>Judges the framing alone: what SUBMIT_ALL needs to go on.</summary>
    public readonly Refusal Frame(int at, out int recordBytes)
    {
        var left = _bytes - at;
        recordBytes = 0;
        if (left < sizeof(uint))
        {
            return new Refusal(Errno.EINVAL, Aio2Reason.RecordTruncated, Iocb2.At.Bytes);
        }

        var bytes = *(uint*)(_run + at);
        var reason = bytes < Iocb2.SizeOf ? Aio2Reason.RecordTooShort
            : bytes % Aio2.Align != 0 ? Aio2Reason.RecordUnaligned
            : bytes > (uint)left ? Aio2Reason.RecordTruncated
            : bytes > Aio2.IocbMax ? Aio2Reason.RecordTooLong
            : Aio2Reason.None;
        recordBytes = reason == Aio2Reason.None ? (int)bytes : 0;
        return reason == Aio2Reason.None ? Refusal.None : new Refusal(Errno.EINVAL, reason, Iocb2.At.Bytes);
    }

    /// <summary>Judges what stands in a framed record, and fills in what its plan has of it: all but its file and its segments.</summary>
    public readonly Refusal JudgeAlone(scoped ref RecordPlan plan)
    {
        var iocb = (Iocb2*)(_run + plan.Offset);
        if (!IsSupported(iocb->Opcode))
        {
            return new Refusal(Errno.EINVAL, Aio2Reason.OpcodeUnknown, Iocb2.At.Opcode);
        }

        ref readonly var op = ref Aio2Catalog.Ops[iocb->Opcode];
        plan.EventBytes = IoEvent2.SizeOf;
        plan.Descriptor = -1;
        plan.Traits = iocb->Opcode == Aio2Op.Poll && (iocb->Flags & Aio2IocbFlags.Multi) != 0 ? RequestTraits.HasMore : RequestTraits.None;
        var refusal = JudgeFields(iocb, op);
        if (refusal.Errno == 0 && plan.IocbBytes != Iocb2.SizeOf)
        {
            refusal = new AttributeJudge(iocb, op).Judge(ref plan);
        }

        return refusal.Errno == 0 && plan.EventBytes > _maxEventBytes ? new Refusal(Errno.EMSGSIZE, Aio2Reason.EventTooLarge, 0) : refusal;
    }

    /// <summary>Judges a framed record and fills in its plan.</summary>
    public readonly Refusal Judge(scoped ref RecordPlan plan, scoped ref DescriptorTable descriptors, scoped ref SegmentScratch scratch)
    {
        var refusal = JudgeAlone(ref plan);
        if (refusal.Errno != 0)
        {
            return refusal;
        }

        var iocb = (Iocb2*)(_run + plan.Offset);
        ref readonly var op = ref Aio2Catalog.Ops[iocb->Opcode];
        if ((op.Uses & IocbFields.Fd) != 0)
        {
            refusal = JudgeDescriptor(iocb, op, ref plan, ref descriptors);
        }

        if (refusal.Errno == 0 && iocb->Opcode == Aio2Op.Syscall)
        {
            return new CallJudge(_memory, iocb).Judge(ref plan, ref scratch);
        }

        if (refusal.Errno == 0 && op.Direction != DataDirection.None)
        {
            refusal = JudgeSegments(iocb, op, ref plan, ref scratch);
        }

        return refusal.Errno == 0 && plan.Descriptor >= 0
            ? ProtectionJudge.Judge(iocb, op, ref plan, ref descriptors)
            : refusal;
    }

    private static Refusal JudgeFields(Iocb2* iocb, in OpInfo op)
    {
        if (iocb->Flags != 0)
        {
            if ((iocb->Flags & ~Aio2IocbFlags.Known) != 0)
            {
                return new Refusal(Errno.EINVAL, Aio2Reason.FlagsUnknown, Iocb2.At.Flags);
            }

            const int Both = Aio2IocbFlags.Multi | Aio2IocbFlags.Level;
            if ((iocb->Flags & ~op.IocbFlags) != 0 || (iocb->Flags & Both) == Both)
            {
                return new Refusal(Errno.EINVAL, Aio2Reason.FlagsInapplicable, Iocb2.At.Flags);
            }
        }

        // An operation without rw_flags takes none of them: it says so before it calls the field unused.
        if ((iocb->RwFlags & ~op.RwFlags) != 0)
        {
            return new Refusal(Errno.EOPNOTSUPP, Aio2Reason.RwFlagsUnknown, Iocb2.At.RwFlags);
        }

        var unused = UnusedField(iocb, op.Uses);
        return unused != 0 ? new Refusal(Errno.EINVAL, Aio2Reason.FieldNotZero, unused) : JudgeRanges(iocb, op);
    }

    // The offset of the first field that the operation does not use and that is not zero; 0 if there is none.
    private static int UnusedField(Iocb2* iocb, IocbFields uses) =>
        (uses & IocbFields.Fd) == 0 && iocb->Fd != 0 ? Iocb2.At.Fd
        : (uses & IocbFields.Addr) == 0 && iocb->Addr != 0 ? Iocb2.At.Addr
        : (uses & IocbFields.Len) == 0 && iocb->Len != 0 ? Iocb2.At.Len
        : (uses & IocbFields.Offset) == 0 && iocb->Offset != 0 ? Iocb2.At.Offset
        : 0;

    private static Refusal JudgeRanges(Iocb2* iocb, in OpInfo op)
    {
        if (iocb->Opcode == Aio2Op.Poll && iocb->Len > ushort.MaxValue)
        {
            return new Refusal(Errno.EINVAL, Aio2Reason.LenRange, Iocb2.At.Len);
        }

        if ((op.Uses & IocbFields.Offset) == 0)
        {
            return Refusal.None;
        }

        if (iocb->Offset < -1)
        {
            return new Refusal(Errno.EINVAL, Aio2Reason.OffsetNegative, Iocb2.At.Offset);
        }

        if (op.Vectored)
        {
            return iocb->Len > Aio2.VecMax ? new Refusal(Errno.EINVAL, Aio2Reason.VecCount, Iocb2.At.Len) : Refusal.None;
        }

        var room = long.MaxValue - Math.Max(iocb->Offset, 0);
        return iocb->Len > (ulong)room ? new Refusal(Errno.EINVAL, Aio2Reason.LenRange, Iocb2.At.Len) : Refusal.None;
    }

    private static Refusal JudgeDescriptor(Iocb2* iocb, in OpInfo op, scoped ref RecordPlan plan, scoped ref DescriptorTable descriptors)
    {
        // A poll has a descriptor of its own, and a read may end without one.
        plan.Descriptor = descriptors.Find(iocb->Fd, holds: op.Direction == DataDirection.Write || iocb->Opcode is Aio2Op.Fsync or Aio2Op.Fdsync);
        if (plan.Descriptor < 0)
        {
            return Refusal.NoMemory;
        }

        var entry = descriptors.At(plan.Descriptor);
        if (entry->OpenFlags < 0)
        {
            return new Refusal(Errno.EBADF, Aio2Reason.FdBad, Iocb2.At.Fd);
        }

        var forbidden = op.Direction switch
        {
            DataDirection.Read => Libc.O_WRONLY,
            DataDirection.Write => Libc.O_RDONLY,
            _ => -1,
        };
        if ((entry->OpenFlags & Libc.O_ACCMODE) == forbidden)
        {
            return new Refusal(Errno.EBADF, Aio2Reason.FdMode, Iocb2.At.Fd);
        }

        if ((op.Direction == DataDirection.Read && entry->CannotRead) || (op.Direction == DataDirection.Write && entry->CannotWrite))
        {
            return new Refusal(Errno.EINVAL, Aio2Reason.FdKind, Iocb2.At.Fd);
        }

        if (plan.NotPermittedAt != 0)
        {
            return new Refusal(Errno.EPERM, Aio2Reason.NotPermitted, plan.NotPermittedAt);
        }

        plan.Traits |= entry->Traits;
        return (op.Uses & IocbFields.Offset) != 0 && iocb->Offset != -1 && (entry->Traits & RequestTraits.Stream) != 0
            ? new Refusal(Errno.ESPIPE, Aio2Reason.OffsetStream, Iocb2.At.Offset)
            : Refusal.None;
    }

    private readonly Refusal JudgeSegments(Iocb2* iocb, in OpInfo op, scoped ref RecordPlan plan, scoped ref SegmentScratch scratch)
    {
        if (!op.Vectored)
        {
            plan.Segments = 1;
            plan.DataBytes = iocb->Len;
            return Refusal.None;
        }

        var count = (int)iocb->Len;
        plan.Segments = count;
        plan.SegmentsAt = scratch.Take(count);
        if (plan.SegmentsAt < 0)
        {
            return Refusal.NoMemory;
        }

        var segments = scratch.At(plan.SegmentsAt);
        if (_memory.CopyIn(segments, iocb->Addr, (nuint)(count * sizeof(Iovec))) != 0)
        {
            return new Refusal(Errno.EFAULT, Aio2Reason.MemoryFault, Iocb2.At.Addr);
        }

        ulong room = (ulong)(long.MaxValue - Math.Max(iocb->Offset, 0)), sum = 0;
        for (var i = 0; i < count; i++)
        {
            if (segments[i].Bytes > room - sum)
            {
                return new Refusal(Errno.EINVAL, Aio2Reason.VecRange, Iocb2.At.Addr);
            }

            sum += segments[i].Bytes;
        }

        plan.DataBytes = sum;
        return Refusal.None;
    }
}
