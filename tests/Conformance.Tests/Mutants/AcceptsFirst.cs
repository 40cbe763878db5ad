using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class AcceptsFirst(IAio2 inner) : Mutant(inner)
{
    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        if (bytes < 2 * Iocb2.SizeOf || !Readable(iocbs))
        {
            return Inner.Submit(ctx, iocbs, bytes, ext);
        }

        uint first = *(uint*)iocbs;
        return Inner.Submit(ctx, iocbs, first >= Iocb2.SizeOf && first < bytes ? first : bytes, ext);
    }

    /// <summary>Whether this is the test's own memory for submissions, and none of its bad pointers.</summary>
    internal static bool Readable(void* at) =>
        (ulong)at >= World.WorldLayout.Iocbs && (ulong)at < World.WorldLayout.Iocbs + World.WorldLayout.IocbsBytes;
}
