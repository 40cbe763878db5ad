using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

/// <summary>Destroy does not wait for calls that are inside. With none inside it does all of its work.</summary>
internal sealed unsafe class EndsEarlyInARace(IAio2 inner) : Mutant(inner)
{
    private int _inside;

    public override long Destroy(uint ctx)
    {
        if (Volatile.Read(ref _inside) == 0)
        {
            return Inner.Destroy(ctx);
        }

        ThreadPool.UnsafeQueueUserWorkItem(_ => Inner.Destroy(ctx), null);
        return 0;
    }

    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext) => Inside(() => Inner.Submit(ctx, iocbs, bytes, ext));

    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags) =>
        Inside(() => Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags));

    private long Inside(Func<long> call)
    {
        Interlocked.Increment(ref _inside);
        long result = call();
        Interlocked.Decrement(ref _inside);
        return result;
    }
}
