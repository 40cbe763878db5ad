using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Cli.Tests;

/// <summary>An implementation that breaks one law now and then.</summary>
internal sealed unsafe class LyingKernel(IAio2 inner, string lie) : IAio2
{
    private int _calls;

    public long Setup(uint version, uint flags, Aio2Params* parameters, nuint size) => inner.Setup(version, flags, parameters, size);

    public long Destroy(uint ctx) => inner.Destroy(ctx);

    public long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        // A request that nobody has asked for keeps a slot.
        if (lie == "leaks" && IsTime)
        {
            var nop = new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Nop, UserData = 1ul << 40 };
            _ = inner.Submit(ctx, &nop, Iocb2.SizeOf, null);
        }

        return inner.Submit(ctx, iocbs, bytes, ext);
    }

    public long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        var got = inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        if (got <= 0 || !IsTime)
        {
            return got;
        }

        var run = new Span<byte>(events, (int)bytes);
        switch (lie)
        {
            case "drops":
                return 0;
            case "doubles" when 2 * got <= run.Length:
                run[..(int)got].CopyTo(run[(int)got..]);
                return 2 * got;
            case "expires":
                // What had no deadline has met it.
                ((IoEvent2*)events)->Res = -Errno.ETIME;
                return got;
            case "overruns" when bytes < Aio2.EventMax:
                ((byte*)events)[bytes] ^= 0xff;
                return got;
            default:
                return got;
        }
    }

    public long Cancel(uint ctx, ulong userData, uint flags) => inner.Cancel(ctx, userData, flags);

    public long Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags)
    {
        var said = inner.Issue(iocb, iocbBytes, eventBuffer, eventBytes, flags);
        if (lie == "misissues" && said > 0 && IsTime)
        {
            ((IoEvent2*)eventBuffer)->Res = -Errno.ECANCELED;
        }

        return said;
    }

    public long List(uint ctx, ulong* cursor, void* buffer, nuint bytes) => inner.List(ctx, cursor, buffer, bytes);

    public long Probe(uint what, void* buffer, nuint bytes) => inner.Probe(what, buffer, bytes);

    public long RingCtl(uint ctx, uint op, ulong arg) => inner.RingCtl(ctx, op, arg);

    private bool IsTime => Interlocked.Increment(ref _calls) % 50 == 0;
}
