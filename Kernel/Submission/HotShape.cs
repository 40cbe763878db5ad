using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AioV2.Abi;
using AioV2.Kernel.Attributes;
using AioV2.Kernel.Engines;

namespace AioV2.Kernel.Submission;

/// <summary>What the PREADs at the front of a run have in common: the first is judged, the others are compared with it.</summary>
/// <remarks>Alike are records with the same file, flags and attributes, the heads of which are the same words at the same places. Only
/// attributes that <see cref="AttributeHandler.KnowsHotReads"/>. A PREAD without attributes may be alone and is not compared by its file.
/// <code>
///         _ats[0] _ats[1]          _returnAts[0] _returnAts[1]
///  | iocb | attr | attr    | event | return      | return      the image: an event as all of the run will have it but for
///         +------+                 +-------------+             user_data, res, and what each attribute puts into its return
/// </code></remarks>
internal unsafe struct HotShape
{
    private const int PartsMax = 4, ImageBytes = 192;

    private ulong _head;
    private int _fd;
    private int _parts;
    private fixed ulong _heads[PartsMax];
    private fixed ushort _ats[PartsMax];
    private fixed ushort _returnAts[PartsMax];
    private fixed ulong _image[ImageBytes / sizeof(ulong)];

    /// <summary>Bytes of each record.</summary>
    public int IocbBytes { get; private set; }

    /// <summary>Bytes of each event.</summary>
    public int EventBytes { get; private set; }

    /// <summary>Whether the events differ in user_data and res alone.</summary>
    public readonly bool IsPlain => _parts == 0;

    /// <summary>Whether an attribute wants to know when each read began and ended.</summary>
    public bool IsTimed { get; private set; }

    /// <summary>Learns the shape of a record: whether it has one. Changes nothing but the table.</summary>
    /// <param name="validator">Of the run.</param>
    /// <param name="at">Where the record stands.</param>
    /// <param name="file">The one read, for an attribute that asks what it is.</param>
    /// <param name="descriptors">The same.</param>
    /// <param name="shape">The shape.</param>
    public static bool TryLearn(
        in RecordValidator validator, int at, scoped ref HotFile file, scoped ref DescriptorTable descriptors, out HotShape shape)
    {
        // Else its image would be cleared for each run.
        Unsafe.SkipInit(out shape);
        var iocb = (Iocb2*)validator.Record(at);
        if (validator.Bytes - at < Iocb2.SizeOf)
        {
            return false;
        }

        shape._head = *(ulong*)iocb;
        shape._parts = 0;
        shape.IocbBytes = Iocb2.SizeOf;
        shape.EventBytes = IoEvent2.SizeOf;
        shape.IsTimed = false;
        return InlineRead.IsPlain(iocb) || shape.TryLearnAttributes(validator, at, ref file, ref descriptors);
    }

    /// <summary>How many records at the front of what is left of a run are of this shape.</summary>
    public readonly int CountAlike(byte* records, int bytes, int most)
    {
        most = Math.Min(most, bytes / IocbBytes);
        var count = 0;
        for (; count < most; count++, records += IocbBytes)
        {
            if (!(IsPlain ? InlineRead.IsPlain((Iocb2*)records) : IsAlike(records)))
            {
                break;
            }
        }

        return count;
    }

    /// <summary>Writes the events of records that have ended, side by side.</summary>
    public readonly void Write(byte* to, byte* records, long* results, long* stamps, int count)
    {
        fixed (ulong* image = _image)
        {
            for (var i = 0; i < count; i++)
            {
                var e = to + (i * EventBytes);
                CopyImage((byte*)image, e, EventBytes);
                ((IoEvent2*)e)->UserData = ((Iocb2*)(records + (i * IocbBytes)))->UserData;
                ((IoEvent2*)e)->Res = results[i];
            }
        }

        var reads = new HotReads(results, stamps, count, IocbBytes, EventBytes);
        for (var part = 0; part < _parts; part++)
        {
            if (_returnAts[part] != 0)
            {
                var attribute = (Aio2Attr*)(records + _ats[part]);
                AttributeHandlers.Of(attribute->Type)!.AtHotReads(reads, (byte*)(attribute + 1), (Aio2AttrRet*)(to + _returnAts[part]));
            }
        }
    }

    // Whole vectors, the last one up to the end and over what the one before has written: half of the stores, and no call. Of 16 bytes,
    // which every build knows and no event is shorter than.
    private static void CopyImage(byte* image, byte* to, int bytes)
    {
        var last = bytes - Vector128<byte>.Count;
        for (var at = 0; at < last; at += Vector128<byte>.Count)
        {
            Vector128.Store(Vector128.Load(image + at), to + at);
        }

        Vector128.Store(Vector128.Load(image + last), to + last);
    }

    // What stands in the record is judged as any other's; its file is asked no more than for a plain read, or what an attribute needs.
    private bool TryLearnAttributes(
        in RecordValidator validator, int at, scoped ref HotFile file, scoped ref DescriptorTable descriptors)
    {
        var plan = new RecordPlan { Offset = at };
        var iocb = (Iocb2*)validator.Record(at);

        // One alone is not worth it.
        if (iocb->Opcode != Aio2Op.Pread || iocb->Bytes > (validator.Bytes - at) / 2 || *(ulong*)validator.Record(at + (int)iocb->Bytes) != _head
            || validator.Frame(at, out plan.IocbBytes).Errno != 0 || !InlineRead.IsShort(iocb)
            || validator.JudgeAlone(ref plan).Errno != 0 || plan.AttributeCount > PartsMax || plan.EventBytes > ImageBytes)
        {
            return false;
        }

        _fd = iocb->Fd;
        IocbBytes = plan.IocbBytes;
        EventBytes = plan.EventBytes;
        return TryDraw((byte*)iocb, ref file, ref descriptors);
    }

    // Of a judged record: its attributes' places, and the image.
    private bool TryDraw(byte* record, scoped ref HotFile file, scoped ref DescriptorTable descriptors)
    {
        fixed (ulong* image = _image)
        {
            new Span<ulong>(image, ImageBytes / sizeof(ulong)).Clear();
            ((IoEvent2*)image)->Bytes = (uint)EventBytes;
            var returnAt = IoEvent2.SizeOf;
            for (var at = Iocb2.SizeOf; at < IocbBytes; _parts++)
            {
                var attribute = (Aio2Attr*)(record + at);
                var handler = AttributeWalk.HandlerOf(attribute->Type, Aio2Op.Pread);
                if (handler is null || !handler.KnowsHotReads || attribute->Bytes != (uint)(Aio2Attr.SizeOf + handler.Info.InSize))
                {
                    return false;
                }

                _heads[_parts] = *(ulong*)attribute;
                _ats[_parts] = (ushort)at;
                _returnAts[_parts] = 0;
                if ((attribute->Flags & Aio2AttrFlags.Noreturn) == 0)
                {
                    var ret = (Aio2AttrRet*)((byte*)image + returnAt);
                    ret->Bytes = (uint)AttributeWalk.ReturnBytes(handler);
                    ret->Type = attribute->Type;
                    IsTimed |= handler.TimesHotReads;
                    if (!handler.BeforeHotReads(_fd, ref file, ref descriptors, ret))
                    {
                        return false;
                    }

                    _returnAts[_parts] = (ushort)returnAt;
                    returnAt += AttributeWalk.Align8((int)ret->Bytes);
                }

                at += AttributeWalk.Align8((int)attribute->Bytes);
            }
        }

        return true;
    }

    // All of a head's words are compared, and judging it again would find what it found the first time.
    private readonly bool IsAlike(byte* record)
    {
        var iocb = (Iocb2*)record;
        if (*(ulong*)record != _head || iocb->Fd != _fd || !InlineRead.IsShort(iocb))
        {
            return false;
        }

        for (var part = 0; part < _parts; part++)
        {
            if (*(ulong*)(record + _ats[part]) != _heads[part])
            {
                return false;
            }
        }

        return true;
    }
}
