using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Kernel.Attributes;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Submission;

/// <summary>Judges the attributes of one record (ATTR-1…6): framing of all, then twice, then REQUIRED, then payloads.</summary>
internal readonly unsafe ref struct AttributeJudge
{
    private readonly byte* _record;
    private readonly int _bytes;
    private readonly OpInfo _op;

    public AttributeJudge(Iocb2* iocb, in OpInfo op)
    {
        _record = (byte*)iocb;
        _bytes = (int)iocb->Bytes;
        _op = op;
    }

    /// <summary>Fills in the plan's event size, attribute count and hooks.</summary>
    public Refusal Judge(ref RecordPlan plan)
    {
        if (TryJudgeAtOnce(ref plan))
        {
            return Refusal.None;
        }

        var refusal = JudgeFraming(ref plan);
        refusal = refusal.Errno != 0 || plan.AttributeCount < 2 ? refusal : JudgeTwice();
        refusal = refusal.Errno != 0 ? refusal : JudgeRequired();
        return refusal.Errno != 0 ? refusal : JudgePayloads(ref plan);
    }

    // The usual record in one pass: attributes without padding, none twice, of the 63 first types, and with payloads as long as they
    // are known here. Of any other nothing is kept: the passes below have the order of ERR-1.
    private bool TryJudgeAtOnce(ref RecordPlan plan)
    {
        ulong seen = 0;
        var count = 0;
        var eventBytes = plan.EventBytes;
        var traits = plan.Traits;
        for (var at = Iocb2.SizeOf; at < _bytes; count++)
        {
            // Records are multiples of 8 long, and so is what is left: a head is there.
            var attribute = (Aio2Attr*)(_record + at);
            var bytes = attribute->Bytes;
            if (bytes - Aio2Attr.SizeOf > (uint)(_bytes - at - Aio2Attr.SizeOf) || bytes % Aio2.Align != 0
                || attribute->Type - 1u >= 63 || (seen >> attribute->Type & 1) != 0 || (attribute->Flags & ~Aio2AttrFlags.Known) != 0)
            {
                return false;
            }

            var handler = AttributeWalk.HandlerOf(attribute->Type, _op.Opcode);
            if (handler is null ? (attribute->Flags & Aio2AttrFlags.Required) != 0
                : bytes != (uint)(Aio2Attr.SizeOf + handler.Info.InSize) || handler.Validate((byte*)(attribute + 1), _op).Errno != 0)
            {
                return false;
            }

            seen |= 1ul << attribute->Type;
            traits |= handler is null ? RequestTraits.None : handler.Hooks;
            eventBytes += (attribute->Flags & Aio2AttrFlags.Noreturn) == 0 ? AttributeWalk.Align8(AttributeWalk.ReturnBytes(handler)) : 0;
            at += (int)bytes;
        }

        plan.AttributeCount = count;
        plan.EventBytes = eventBytes;
        plan.Traits = traits;
        return true;
    }

    private Refusal JudgeFraming(ref RecordPlan plan)
    {
        for (var at = Iocb2.SizeOf; at < _bytes;)
        {
            var left = _bytes - at;
            if (left < Aio2Attr.SizeOf)
            {
                return new Refusal(Errno.EINVAL, Aio2Reason.AttrTooShort, at);
            }

            var attribute = (Aio2Attr*)(_record + at);
            var reason = attribute->Bytes < Aio2Attr.SizeOf ? Aio2Reason.AttrTooShort
                : attribute->Bytes > (uint)left ? Aio2Reason.AttrTruncated
                : !IsPaddingZero(attribute) ? Aio2Reason.AttrPadding
                : (attribute->Flags & ~Aio2AttrFlags.Known) != 0 ? Aio2Reason.AttrFlagsUnknown
                : attribute->Type == 0 ? Aio2Reason.AttrTypeZero
                : Aio2Reason.None;
            if (reason != Aio2Reason.None)
            {
                return new Refusal(Errno.EINVAL, reason, at);
            }

            plan.AttributeCount++;
            at += AttributeWalk.Align8((int)attribute->Bytes);
        }

        return Refusal.None;
    }

    // Records are multiples of 8 long, so the padding lies inside.
    private static bool IsPaddingZero(Aio2Attr* attribute)
    {
        var padding = AttributeWalk.Align8((int)attribute->Bytes) - (int)attribute->Bytes;
        return !new ReadOnlySpan<byte>((byte*)attribute + attribute->Bytes, padding).ContainsAnyExcept((byte)0);
    }

    private Refusal JudgeTwice()
    {
        var error = AttributeFraming.CheckTwice(new ReadOnlySpan<byte>(_record + Iocb2.SizeOf, _bytes - Iocb2.SizeOf), Iocb2.SizeOf);
        return error.IsError ? new Refusal(Errno.EINVAL, error.Reason, error.Offset) : Refusal.None;
    }

    private Refusal JudgeRequired()
    {
        for (var at = Iocb2.SizeOf; at < _bytes; at = Next(at))
        {
            if ((((Aio2Attr*)(_record + at))->Flags & Aio2AttrFlags.Required) != 0
                && AttributeWalk.HandlerOf(TypeAt(at), _op.Opcode) is null)
            {
                var reason = AttributeHandlers.Of(TypeAt(at)) is null ? Aio2Reason.AttrUnknown : Aio2Reason.AttrInapplicable;
                return new Refusal(Errno.EOPNOTSUPP, reason, at);
            }
        }

        return Refusal.None;
    }

    private Refusal JudgePayloads(ref RecordPlan plan)
    {
        var extended = stackalloc byte[AttributeWalk.PayloadBytesMax];
        for (var at = Iocb2.SizeOf; at < _bytes; at = Next(at))
        {
            var attribute = (Aio2Attr*)(_record + at);
            var handler = AttributeWalk.HandlerOf(attribute->Type, _op.Opcode);
            if ((attribute->Flags & Aio2AttrFlags.Noreturn) == 0)
            {
                plan.EventBytes += AttributeWalk.Align8(AttributeWalk.ReturnBytes(handler));
            }

            if (handler is null)
            {
                continue;
            }

            var fault = JudgePayload(attribute, handler, extended);
            if (fault.Errno == Errno.EPERM)
            {
                plan.NotPermittedAt = plan.NotPermittedAt == 0 ? at : plan.NotPermittedAt;
            }
            else if (fault.Errno != 0)
            {
                return new Refusal(fault.Errno, fault.Reason, at);
            }

            plan.Traits |= handler.Hooks;
        }

        return Refusal.None;
    }

    private AttributeFault JudgePayload(Aio2Attr* attribute, AttributeHandler handler, byte* extended)
    {
        var payload = new ReadOnlySpan<byte>(attribute + 1, (int)attribute->Bytes - Aio2Attr.SizeOf);
        var fault = PayloadGrowth.Judge(payload, handler.Info.InFirstSize, handler.Info.InSize);
        if (fault.Errno != 0)
        {
            return fault;
        }

        PayloadGrowth.Extend(payload, new Span<byte>(extended, handler.Info.InSize));
        return handler.Validate(extended, _op);
    }

    private int Next(int at) => at + AttributeWalk.Align8((int)((Aio2Attr*)(_record + at))->Bytes);

    private ushort TypeAt(int at) => ((Aio2Attr*)(_record + at))->Type;
}
