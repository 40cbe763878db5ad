using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed class HangsInDestroy(IAio2 inner) : Mutant(inner)
{
    public override long Destroy(uint ctx)
    {
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }
}
