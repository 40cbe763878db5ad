using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

/// <summary>A call that reaps while the ring is being moved loses its last event. Before and after, all is right.</summary>
internal sealed unsafe class LosesEventInMove(IAio2 inner) : Mutant(inner)
{
    private int _moves;

    public override long RingCtl(uint ctx, uint op, ulong arg)
    {
        if (op != Aio2Ctl.Resize)
        {
            return Inner.RingCtl(ctx, op, arg);
        }

        Interlocked.Increment(ref _moves);
        Thread.Yield();
        long result = Inner.RingCtl(ctx, op, arg);
        Thread.Yield();
        Interlocked.Decrement(ref _moves);
        return result;
    }

    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        var (last, count) = result > 0 ? EventRun.Of(events, result) : default;
        return Volatile.Read(ref _moves) > 0 && count >= 2 ? last : result;
    }
}
