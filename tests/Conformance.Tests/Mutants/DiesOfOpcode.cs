using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class DiesOfOpcode(IAio2 inner) : Mutant(inner)
{
    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        if (bytes >= Iocb2.SizeOf && AcceptsFirst.Readable(iocbs) && ((Iocb2*)iocbs)->Opcode > 1000)
        {
            Environment.FailFast("an index out of range");
        }

        return Inner.Submit(ctx, iocbs, bytes, ext);
    }
}
