using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class LosesEvent(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        var (last, count) = result > 0 ? EventRun.Of(events, result) : default;
        return count >= 2 ? last : result;
    }
}
