using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

internal sealed unsafe class RepeatsEvent(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        if (result <= 0)
        {
            return result;
        }

        var (last, _) = EventRun.Of(events, result);
        long length = result - last;
        if ((ulong)(result + length) > bytes)
        {
            return result;
        }

        Buffer.MemoryCopy((byte*)events + last, (byte*)events + result, length, length);
        return result + length;
    }
}
