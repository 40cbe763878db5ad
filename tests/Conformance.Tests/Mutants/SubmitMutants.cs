using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class CountsRecords(IAio2 inner) : Mutant(inner)
{
    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        long result = Inner.Submit(ctx, iocbs, bytes, ext);
        return result > 0 ? EventRun.Of(iocbs, result).Count : result;
    }
}

internal sealed unsafe class AcceptsFirst(IAio2 inner) : Mutant(inner)
{
    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        if (bytes < 2 * Iocb2.SizeOf || !Readable(iocbs))
        {
            return Inner.Submit(ctx, iocbs, bytes, ext);
        }

        uint first = *(uint*)iocbs;
        return Inner.Submit(ctx, iocbs, first >= Iocb2.SizeOf && first < bytes ? first : bytes, ext);
    }

    /// <summary>Whether this is the test's own memory for submissions, and none of its bad pointers.</summary>
    internal static bool Readable(void* at) =>
        (ulong)at >= World.WorldLayout.Iocbs && (ulong)at < World.WorldLayout.Iocbs + World.WorldLayout.IocbsBytes;
}

internal sealed unsafe class AcceptsUnknownFlags(IAio2 inner) : Mutant(inner)
{
    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        if (bytes >= Iocb2.SizeOf && AcceptsFirst.Readable(iocbs))
        {
            ((Iocb2*)iocbs)->Flags &= Aio2IocbFlags.Known;
        }

        return Inner.Submit(ctx, iocbs, bytes, ext);
    }
}

internal sealed unsafe class IgnoresRequired(IAio2 inner) : Mutant(inner)
{
    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        if (bytes >= Iocb2.SizeOf + Aio2Attr.SizeOf && AcceptsFirst.Readable(iocbs) && *(uint*)iocbs > Iocb2.SizeOf)
        {
            var attribute = (Aio2Attr*)((byte*)iocbs + Iocb2.SizeOf);
            attribute->Flags = (ushort)(attribute->Flags & ~Aio2AttrFlags.Required);
        }

        return Inner.Submit(ctx, iocbs, bytes, ext);
    }
}

internal sealed unsafe class LeavesExt(IAio2 inner) : Mutant(inner)
{
    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        bool mine = (ulong)ext >= World.WorldLayout.Ext && (ulong)ext <= World.WorldLayout.Ext + World.WorldLayout.PageBytes - Aio2Extack.SizeOf;
        if (!mine)
        {
            return Inner.Submit(ctx, iocbs, bytes, ext);
        }

        var before = *ext;
        long result = Inner.Submit(ctx, iocbs, bytes, ext);
        if (result >= 0)
        {
            *ext = before;
        }

        return result;
    }
}

internal sealed unsafe class DiesOfOpcode(IAio2 inner) : Mutant(inner)
{
    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        if (bytes >= Iocb2.SizeOf && AcceptsFirst.Readable(iocbs) && ((Iocb2*)iocbs)->Opcode > 1000)
        {
            Environment.FailFast("an index out of range");
        }

        return Inner.Submit(ctx, iocbs, bytes, ext);
    }
}
