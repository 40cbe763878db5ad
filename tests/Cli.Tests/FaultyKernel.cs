using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Kernel;

namespace AioV2.Cli.Tests;

/// <summary>A kernel on which the n-th submission is followed by something bad, decided by the test.</summary>
internal sealed unsafe class FaultyKernel(Action<int>? onSubmit = null, Func<Iocb2, Iocb2>? rewrite = null) : IAio2, IDisposable
{
    private readonly EmbeddedKernel _kernel = EmbeddedKernel.Create();
    private int _submits;

    public int Submits => _submits;

    public long Setup(uint version, uint flags, Aio2Params* parameters, nuint size) => _kernel.Setup(version, flags, parameters, size);

    public long Destroy(uint ctx) => _kernel.Destroy(ctx);

    public long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        onSubmit?.Invoke(++_submits);
        for (nuint at = 0; rewrite is not null && at < bytes;)
        {
            var iocb = (Iocb2*)((byte*)iocbs + at);
            *iocb = rewrite(*iocb);
            at += iocb->Bytes;
        }

        return _kernel.Submit(ctx, iocbs, bytes, ext);
    }

    public long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags) =>
        _kernel.GetEvents(ctx, events, bytes, minBytes, wait, flags);

    public long Cancel(uint ctx, ulong userData, uint flags) => _kernel.Cancel(ctx, userData, flags);

    public long Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags) =>
        _kernel.Issue(iocb, iocbBytes, eventBuffer, eventBytes, flags);

    public long List(uint ctx, ulong* cursor, void* buffer, nuint bytes) => _kernel.List(ctx, cursor, buffer, bytes);

    public long Probe(uint what, void* buffer, nuint bytes) => _kernel.Probe(what, buffer, bytes);

    public long RingCtl(uint ctx, uint op, ulong arg) => _kernel.RingCtl(ctx, op, arg);

    public void Dispose() => _kernel.Dispose();
}
