using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class IgnoresRequired(IAio2 inner) : Mutant(inner)
{
    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        if (bytes >= Iocb2.SizeOf + Aio2Attr.SizeOf && AcceptsFirst.Readable(iocbs) && *(uint*)iocbs > Iocb2.SizeOf)
        {
            var attribute = (Aio2Attr*)((byte*)iocbs + Iocb2.SizeOf);
            attribute->Flags = (ushort)(attribute->Flags & ~Aio2AttrFlags.Required);
        }

        return Inner.Submit(ctx, iocbs, bytes, ext);
    }
}
