using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

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
