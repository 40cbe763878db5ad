using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Model;

/// <summary>Reads records of a submission in the order of ERR-1, from the spec's tables alone.</summary>
public sealed class SubmitRules(Capabilities offered, ModelWorld world)
{
    /// <summary>Reads the record at the start of <paramref name="rest"/>, what remains of the submission.</summary>
    public RecordReading Read(ReadOnlySpan<byte> rest, uint maxEventBytes)
    {
        var refusals = new List<Refusal>();
        if (!Frame(rest, refusals, out int bytes))
        {
            return new RecordReading(0, refusals, null);
        }

        var record = rest[..bytes];
        var iocb = MemoryMarshal.Read<Iocb2>(record);
        if (offered.Op(iocb.Opcode) is not { } op)
        {
            refusals.Add(new Refusal(Aio2Reason.OpcodeUnknown, Iocb2.At.Opcode, "SUBMIT-3"));
            return new RecordReading(bytes, refusals, null);
        }

        var returns = new List<ExpectedReturn>();
        bool mayAccept = Fields(iocb, op, refusals)
            && AttributeRules.Read(record, op, offered, refusals, returns)
            && EventFits(returns, maxEventBytes, refusals)
            && DescriptorRules.Read(iocb, op, refusals)
            && Memory(iocb, op, refusals);
        return new RecordReading(bytes, refusals, mayAccept ? RequestRules.Make(iocb, op, returns, AttributeRules.Expires(record, op, offered), world) : null);
    }

    private static bool Frame(ReadOnlySpan<byte> rest, List<Refusal> refusals, out int bytes)
    {
        bytes = 0;
        uint said = rest.Length < 4 ? 0 : MemoryMarshal.Read<uint>(rest);
        void Bad(bool holds, uint reason)
        {
            if (holds)
            {
                refusals.Add(new Refusal(reason, 0, "SUBMIT-3"));
            }
        }

        Bad(said < Iocb2.SizeOf, Aio2Reason.RecordTooShort);
        Bad(said % Aio2.Align != 0, Aio2Reason.RecordUnaligned);
        Bad(said > rest.Length || rest.Length < Iocb2.SizeOf, Aio2Reason.RecordTruncated);
        Bad(said > Aio2.IocbMax, Aio2Reason.RecordTooLong);
        bytes = refusals.Count == 0 ? (int)said : 0;
        return refusals.Count == 0;
    }

    private bool Fields(in Iocb2 iocb, OpInfo op, List<Refusal> refusals)
    {
        ushort unknown = (ushort)(iocb.Flags & ~Aio2IocbFlags.Known);
        ushort refused = (ushort)(iocb.Flags & ~offered.IocbFlagsOf(op.Opcode));
        if (refused != 0)
        {
            refusals.Add(new Refusal(unknown != 0 ? Aio2Reason.FlagsUnknown : Aio2Reason.FlagsInapplicable, Iocb2.At.Flags, "SUBMIT-3"));
            if (unknown == 0)
            {
                // A flag of a feature that is not offered is as good as unknown.
                refusals.Add(new Refusal(Aio2Reason.FlagsUnknown, Iocb2.At.Flags, "SUBMIT-3"));
            }

            return false;
        }

        const ushort both = Aio2IocbFlags.Multi | Aio2IocbFlags.Level;
        if ((iocb.Flags & both) == both)
        {
            refusals.Add(new Refusal(Aio2Reason.FlagsInapplicable, Iocb2.At.Flags, "SUBMIT-8"));
            return false;
        }

        if ((iocb.RwFlags & ~op.RwFlags) != 0)
        {
            refusals.Add(new Refusal(Aio2Reason.RwFlagsUnknown, Iocb2.At.RwFlags, "SUBMIT-7"));
            return false;
        }

        return Unused(iocb, op, refusals) && Ranges(iocb, op, refusals);
    }

    private static bool Unused(in Iocb2 iocb, OpInfo op, List<Refusal> refusals)
    {
        void Zero(IocbFields field, bool zero, int at)
        {
            if (!op.Uses.HasFlag(field) && !zero)
            {
                refusals.Add(new Refusal(Aio2Reason.FieldNotZero, at, "SUBMIT-3"));
            }
        }

        Zero(IocbFields.Fd, iocb.Fd == 0, Iocb2.At.Fd);
        Zero(IocbFields.Addr, iocb.Addr == 0, Iocb2.At.Addr);
        Zero(IocbFields.Len, iocb.Len == 0, Iocb2.At.Len);
        Zero(IocbFields.Offset, iocb.Offset == 0, Iocb2.At.Offset);
        return refusals.Count == 0;
    }

    private static bool Ranges(in Iocb2 iocb, OpInfo op, List<Refusal> refusals)
    {
        // Where several ranges are left, either may be told: scalar ranges are one class of ERR-1.
        if (op.Uses.HasFlag(IocbFields.Offset) && iocb.Offset < -1)
        {
            refusals.Add(new Refusal(Aio2Reason.OffsetNegative, Iocb2.At.Offset, "SUBMIT-4"));
        }

        if (op.Vectored)
        {
            if (iocb.Len > Aio2.VecMax)
            {
                refusals.Add(new Refusal(iocb.Len > long.MaxValue ? Aio2Reason.LenRange : Aio2Reason.VecCount, Iocb2.At.Len, "SUBMIT-2"));
                refusals.Add(new Refusal(Aio2Reason.VecCount, Iocb2.At.Len, "SUBMIT-2"));
            }
        }
        else if (op.Direction != DataDirection.None)
        {
            if (iocb.Len > long.MaxValue || (iocb.Offset > 0 && iocb.Len > (ulong)(long.MaxValue - iocb.Offset)))
            {
                refusals.Add(new Refusal(Aio2Reason.LenRange, -1, "SUBMIT-4"));
            }
        }
        else if (op.Opcode == Aio2Op.Poll && iocb.Len > ushort.MaxValue)
        {
            refusals.Add(new Refusal(Aio2Reason.LenRange, Iocb2.At.Len, "SUBMIT-8"));
        }

        return refusals.Count == 0;
    }

    private static bool EventFits(List<ExpectedReturn> returns, uint maxEventBytes, List<Refusal> refusals)
    {
        if (IoEvent2.SizeOf + returns.Sum(r => r.Bytes) <= maxEventBytes)
        {
            return true;
        }

        refusals.Add(new Refusal(Aio2Reason.EventTooLarge, -1, "ATTR-6"));
        return false;
    }

    private bool Memory(in Iocb2 iocb, OpInfo op, List<Refusal> refusals)
    {
        if (op.Opcode == Aio2Op.Syscall)
        {
            // What the call's struct asks for is not modelled: only whether it can be read.
            refusals.Add(new Refusal(Aio2Reason.MemoryFault, -1, "SUBMIT-4"));
            refusals.Add(new Refusal(Aio2Reason.SyscallUnknown, -1, "SUBMIT-7"));
            return !WorldLayout.SurelyBad(iocb.Addr);
        }

        if (op.Direction == DataDirection.None || iocb.Len == 0)
        {
            return true;
        }

        bool write = op.Direction == DataDirection.Read;
        if (!op.Vectored)
        {
            // A bad data buffer is the event's result; that the call may tell it at once is SUBMIT-4's freedom.
            if (WorldLayout.Room(iocb.Addr, write) < iocb.Len)
            {
                refusals.Add(new Refusal(Aio2Reason.MemoryFault, -1, "SUBMIT-4"));
            }

            return true;
        }

        if (WorldLayout.Room(iocb.Addr, write: false) < iocb.Len * Aio2Vec.SizeOf)
        {
            refusals.Add(new Refusal(Aio2Reason.MemoryFault, -1, "SUBMIT-2"));
            return !WorldLayout.SurelyBad(iocb.Addr);
        }

        return Segments(iocb, refusals);
    }

    private bool Segments(in Iocb2 iocb, List<Refusal> refusals)
    {
        ulong total = 0;
        for (ulong i = 0; i < iocb.Len; i++)
        {
            if (world.Segment(iocb.Addr + i * Aio2Vec.SizeOf) is not { } segment)
            {
                // Bytes of the array are not known: anything that an array can be refused for goes.
                refusals.Add(new Refusal(Aio2Reason.VecRange, -1, "SUBMIT-2"));
                refusals.Add(new Refusal(Aio2Reason.MemoryFault, -1, "SUBMIT-2"));
                return true;
            }

            ulong limit = (ulong)(long.MaxValue - Math.Max(iocb.Offset, 0));
            if (segment.Length > limit - total)
            {
                refusals.Add(new Refusal(Aio2Reason.VecRange, -1, "SUBMIT-2"));
                return false;
            }

            total += segment.Length;
            if (WorldLayout.SurelyBad(segment.Base))
            {
                refusals.Add(new Refusal(Aio2Reason.MemoryFault, -1, "SUBMIT-4"));
            }
        }

        return true;
    }
}
