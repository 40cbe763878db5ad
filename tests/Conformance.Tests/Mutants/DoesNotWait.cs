using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class DoesNotWait(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags) =>
        Inner.GetEvents(ctx, events, bytes, minBytes > bytes ? minBytes : 0, wait, flags);
}
