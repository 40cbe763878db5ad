using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

/// <summary>A working implementation with one thing broken: each subclass overrides a call.</summary>
internal abstract unsafe class Mutant(IAio2 inner) : IAio2
{
    protected IAio2 Inner { get; } = inner;

    public virtual long Setup(uint version, uint flags, Aio2Params* parameters, nuint size) => Inner.Setup(version, flags, parameters, size);

    public virtual long Destroy(uint ctx) => Inner.Destroy(ctx);

    public virtual long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext) => Inner.Submit(ctx, iocbs, bytes, ext);

    public virtual long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags) =>
        Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);

    public virtual long Cancel(uint ctx, ulong userData, uint flags) => Inner.Cancel(ctx, userData, flags);

    public virtual long Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags) =>
        Inner.Issue(iocb, iocbBytes, eventBuffer, eventBytes, flags);

    public virtual long List(uint ctx, ulong* cursor, void* buffer, nuint bytes) => Inner.List(ctx, cursor, buffer, bytes);

    public virtual long Probe(uint what, void* buffer, nuint bytes) => Inner.Probe(what, buffer, bytes);

    public virtual long RingCtl(uint ctx, uint op, ulong arg) => Inner.RingCtl(ctx, op, arg);
}
