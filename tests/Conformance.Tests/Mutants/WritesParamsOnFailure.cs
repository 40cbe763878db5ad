using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class WritesParamsOnFailure(IAio2 inner) : Mutant(inner)
{
    public override long Setup(uint version, uint flags, Aio2Params* parameters, nuint size)
    {
        long result = Inner.Setup(version, flags, parameters, size);
        if (result == -Errno.EINVAL && size >= Aio2Params.SizeOf && version == Aio2.Version)
        {
            parameters->MaxEventBytes = 4096;
        }

        return result;
    }
}
