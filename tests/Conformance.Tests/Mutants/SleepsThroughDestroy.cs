using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

/// <summary>A waiter without a timeout whose context is destroyed is not woken (GET-6).</summary>
internal sealed unsafe class SleepsThroughDestroy(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        long start = Environment.TickCount64;
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        if (result == -Errno.ENXIO && wait == null && minBytes > 0 && Environment.TickCount64 > start)
        {
            Thread.Sleep(Timeout.Infinite);
        }

        return result;
    }
}
