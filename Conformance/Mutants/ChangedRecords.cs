using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Mutants;

internal delegate void RecordChange(Span<byte> record);

/// <summary>Submits a copy of the caller's iocbs in which every well-framed record (or attribute) was changed first.</summary>
internal static unsafe class ChangedRecords
{
    /// <summary>Whether so many bytes of submission can be read.</summary>
    public static bool Readable(void* iocbs, nuint bytes) => bytes >= Iocb2.SizeOf && WorldLayout.Room((ulong)iocbs, write: false) >= bytes;

    /// <summary>Submits with records changed.</summary>
    public static SubmitCall Submit(IAio2 inner, RecordChange change) => (ctx, iocbs, bytes, ext) =>
    {
        if (!Readable(iocbs, bytes))
        {
            return inner.Submit(ctx, iocbs, bytes, ext);
        }

        byte* copy = Copy(iocbs, bytes, change);
        long result = inner.Submit(ctx, copy, bytes, ext);
        NativeMemory.Free(copy);
        return result;
    };

    /// <summary>Submits with attributes changed; each is given with the padding behind it.</summary>
    public static SubmitCall SubmitAttributes(IAio2 inner, RecordChange change) => Submit(inner, record =>
    {
        for (int at = Iocb2.SizeOf; at + Aio2Attr.SizeOf <= record.Length;)
        {
            uint padded = MemoryMarshal.Read<uint>(record[at..]) + 7 & ~7u;
            if (padded < Aio2Attr.SizeOf || padded > record.Length - at)
            {
                break;
            }

            change(record.Slice(at, (int)padded));
            at += (int)padded;
        }
    });

    /// <summary>A copy with each record changed, in native memory.</summary>
    public static byte* Copy(void* iocbs, nuint bytes, RecordChange change)
    {
        byte* copy = (byte*)NativeMemory.Alloc(bytes);
        NativeMemory.Copy(iocbs, copy, bytes);
        for (nuint at = 0; at + Iocb2.SizeOf <= bytes;)
        {
            uint length = *(uint*)(copy + at);
            if (length < Iocb2.SizeOf || length > bytes - at)
            {
                break;
            }

            change(new Span<byte>(copy + at, (int)length));
            at += length;
        }

        return copy;
    }
}
