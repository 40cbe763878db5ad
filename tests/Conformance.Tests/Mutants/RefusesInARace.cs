using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

/// <summary>A submit that meets another one says that there is no slot, whether there is or not.</summary>
internal sealed unsafe class RefusesInARace(IAio2 inner) : Mutant(inner)
{
    private int _inside;

    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        bool together = Interlocked.Increment(ref _inside) > 1;
        long result = together ? -Errno.EAGAIN : Inner.Submit(ctx, iocbs, bytes, ext);
        Interlocked.Decrement(ref _inside);
        return result;
    }
}
