using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class AnyVersion(IAio2 inner) : Mutant(inner)
{
    public override long Setup(uint version, uint flags, Aio2Params* parameters, nuint size) =>
        Inner.Setup(Aio2.Version, flags, parameters, size);
}
