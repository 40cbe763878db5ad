using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class FaultLosesEvent(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        if (result == -Errno.EFAULT)
        {
            byte* lost = stackalloc byte[24];
            _ = Inner.GetEvents(ctx, lost, 24, 0, null, 0);
        }

        return result;
    }
}
