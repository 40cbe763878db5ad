using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Mutants;

internal unsafe delegate long SetupCall(uint version, uint flags, Aio2Params* parameters, nuint size);

internal delegate long DestroyCall(uint ctx);

internal unsafe delegate long SubmitCall(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext);

internal unsafe delegate long GetEventsCall(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags);

internal delegate long CancelCall(uint ctx, ulong userData, uint flags);

internal unsafe delegate long IssueCall(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags);

internal unsafe delegate long ListCall(uint ctx, ulong* cursor, void* buffer, nuint bytes);

internal unsafe delegate long ProbeCall(uint what, void* buffer, nuint bytes);

internal delegate long RingCtlCall(uint ctx, uint op, ulong arg);

/// <summary>An implementation of which some calls have another body; the rest go to the one inside.</summary>
internal sealed unsafe class Altered(IAio2 inner) : IAio2, IDisposable
{
    public SetupCall? OnSetup { get; init; }

    public DestroyCall? OnDestroy { get; init; }

    public SubmitCall? OnSubmit { get; init; }

    public GetEventsCall? OnGet { get; init; }

    public CancelCall? OnCancel { get; init; }

    public IssueCall? OnIssue { get; init; }

    public ListCall? OnList { get; init; }

    public ProbeCall? OnProbe { get; init; }

    public RingCtlCall? OnRingCtl { get; init; }

    public long Setup(uint version, uint flags, Aio2Params* parameters, nuint size) => (OnSetup ?? inner.Setup)(version, flags, parameters, size);

    public long Destroy(uint ctx) => (OnDestroy ?? inner.Destroy)(ctx);

    public long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext) => (OnSubmit ?? inner.Submit)(ctx, iocbs, bytes, ext);

    public long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags) =>
        (OnGet ?? inner.GetEvents)(ctx, events, bytes, minBytes, wait, flags);

    public long Cancel(uint ctx, ulong userData, uint flags) => (OnCancel ?? inner.Cancel)(ctx, userData, flags);

    public long Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags) =>
        (OnIssue ?? inner.Issue)(iocb, iocbBytes, eventBuffer, eventBytes, flags);

    public long List(uint ctx, ulong* cursor, void* buffer, nuint bytes) => (OnList ?? inner.List)(ctx, cursor, buffer, bytes);

    public long Probe(uint what, void* buffer, nuint bytes) => (OnProbe ?? inner.Probe)(what, buffer, bytes);

    public long RingCtl(uint ctx, uint op, ulong arg) => (OnRingCtl ?? inner.RingCtl)(ctx, op, arg);

    public void Dispose() => (inner as IDisposable)?.Dispose();
}
