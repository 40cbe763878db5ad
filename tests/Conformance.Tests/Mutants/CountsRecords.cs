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
