using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

/// <summary>Two calls that reap at once: the second gets the first's last event as well. Alone, each is right.</summary>
internal sealed unsafe class GivesTwiceInARace(IAio2 inner) : Mutant(inner)
{
    private readonly Lock _lock = new();
    private byte[] _last = [];
    private uint _lastContext;
    private int _inside;

    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        bool together = Interlocked.Increment(ref _inside) > 1;
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        using (_lock.EnterScope())
        {
            if (result > 0 && together && _lastContext == ctx && (nuint)(result + _last.Length) <= bytes)
            {
                _last.CopyTo(new Span<byte>((byte*)events + result, _last.Length));
                result += _last.Length;
                _last = [];
            }
            else if (result > 0)
            {
                var (last, _) = EventRun.Of(events, result);
                (_lastContext, _last) = (ctx, new ReadOnlySpan<byte>((byte*)events + last, (int)(result - last)).ToArray());
            }

            if (Interlocked.Decrement(ref _inside) == 0)
            {
                _last = [];
            }
        }

        return result;
    }
}
