using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class ChangesUserData(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        if (result > 0)
        {
            // The mistake of an implementation that keeps 32 bits of it.
            ((IoEvent2*)events)->UserData &= uint.MaxValue;
        }

        return result;
    }
}
