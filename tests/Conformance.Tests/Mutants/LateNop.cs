using System.Diagnostics;
using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

/// <summary>Not broken, but slow: a lone NOP is under way for a while before it completes.</summary>
internal sealed unsafe class LateNop(IAio2 inner) : Mutant(inner)
{
    private static readonly TimeSpan UnderWay = TimeSpan.FromMilliseconds(400);

    private byte[]? _held;
    private long _since;

    public override long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        if (bytes != Iocb2.SizeOf || ((Iocb2*)iocbs)->Opcode != Aio2Op.Nop)
        {
            return Inner.Submit(ctx, iocbs, bytes, ext);
        }

        _held = new ReadOnlySpan<byte>(iocbs, (int)bytes).ToArray();
        _since = Stopwatch.GetTimestamp();
        *ext = new Aio2Extack { Size = ext->Size };
        return (long)bytes;
    }

    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        if (_held is { } nop && Stopwatch.GetElapsedTime(_since) > UnderWay)
        {
            _held = null;
            fixed (byte* at = nop)
            {
                _ = Inner.Submit(ctx, at, (nuint)nop.Length, null);
            }
        }

        return Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
    }
}
