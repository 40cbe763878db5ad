using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Attributes;
using AioV2.Kernel.Devices;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Submission;

/// <summary>Judges what a record means to a protected file, and marks it as one for the protected path (ATTR-8).</summary>
/// <remarks>The last of a record's checks. A read without PI is an ordinary read and does not even look at the mark.</remarks>
internal static unsafe class ProtectionJudge
{
    /// <summary>Nothing is refused that neither asks for PI nor would change a protected file.</summary>
    public static Refusal Judge(Iocb2* iocb, in OpInfo op, scoped ref RecordPlan plan, scoped ref DescriptorTable descriptors)
    {
        var pi = plan.AttributeCount == 0 ? null : FindPi(iocb, plan.IocbBytes);
        var touches = op.Direction == DataDirection.Write || op.Opcode is Aio2Op.Fsync or Aio2Op.Fdsync;
        if (!touches && (pi == null || op.Direction == DataDirection.None))
        {
            return Refusal.None;
        }

        var state = (plan.Traits & RequestTraits.Seekable) == 0
            ? MarkState.None
            : descriptors.MarkOf(plan.Descriptor, out _);
        var piOffset = pi == null ? Iocb2.At.Fd : (int)((byte*)pi - (byte*)iocb);
        if (state != MarkState.Known)
        {
            // Not protected: as with any attribute, REQUIRED refuses and its absence leaves the answer to the return (ATTR-3).
            // A format that is not known: nothing may change the file that cannot keep its tuples.
            var isWrite = op.Direction == DataDirection.Write;
            var refuses = state == MarkState.Unknown ? isWrite || pi != null
                : pi != null && (pi->Flags & Aio2AttrFlags.Required) != 0;
            return refuses ? new Refusal(Errno.EINVAL, Aio2Reason.PiFormat, piOffset) : Refusal.None;
        }

        plan.Traits |= RequestTraits.Protected;
        if (op.Direction == DataDirection.None)
        {
            return Refusal.None;
        }

        _ = descriptors.MarkOf(plan.Descriptor, out var format);
        return JudgeTransfer(iocb, plan.DataBytes, format, pi, piOffset);
    }

    private static Refusal JudgeTransfer(Iocb2* iocb, ulong dataBytes, PiFormat format, Aio2Attr* pi, int piOffset)
    {
        // Offset -1, the file position, is no multiple either.
        var interval = (ulong)format.IntervalBytes;
        if (iocb->Offset < 0 || (ulong)iocb->Offset % interval != 0)
        {
            return new Refusal(Errno.EINVAL, Aio2Reason.PiUnaligned, Iocb2.At.Offset);
        }

        if (dataBytes % interval != 0)
        {
            return new Refusal(Errno.EINVAL, Aio2Reason.PiUnaligned, Iocb2.At.Len);
        }

        return pi != null && ((Aio2AttrPi*)(pi + 1))->Len / (ulong)format.MetadataBytes < dataBytes / interval
            ? new Refusal(Errno.EINVAL, Aio2Reason.PiTuples, piOffset)
            : Refusal.None;
    }

    // The framing and the payload's size were judged before.
    private static Aio2Attr* FindPi(Iocb2* iocb, int bytes)
    {
        for (var at = Iocb2.SizeOf; at < bytes;)
        {
            var attribute = (Aio2Attr*)((byte*)iocb + at);
            if (attribute->Type == Aio2AttrType.Pi)
            {
                return attribute;
            }

            at += AttributeWalk.Align8((int)attribute->Bytes);
        }

        return null;
    }
}
