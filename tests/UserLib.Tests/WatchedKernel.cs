using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Kernel;

namespace AioV2.UserLib.Tests;

/// <summary>An embedded kernel that counts the calls made to it, and remembers what was cancelled.</summary>
internal sealed unsafe class WatchedKernel(KernelOptions? options = null) : IAio2, IDisposable
{
    private readonly EmbeddedKernel _kernel = EmbeddedKernel.Create(options);
    private int _getEvents;
    private int _submits;

    public int GetEventsCalls => Volatile.Read(ref _getEvents);

    public int SubmitCalls => Volatile.Read(ref _submits);

    public List<ulong> Cancelled { get; } = [];

    /// <summary>Runs at the next submission, before the kernel sees it; once.</summary>
    public Action? BeforeSubmit { get; set; }

    public long Setup(uint version, uint flags, Aio2Params* parameters, nuint size) => _kernel.Setup(version, flags, parameters, size);

    public long Destroy(uint ctx) => _kernel.Destroy(ctx);

    public long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        Interlocked.Increment(ref _submits);
        var before = BeforeSubmit;
        BeforeSubmit = null;
        before?.Invoke();
        return _kernel.Submit(ctx, iocbs, bytes, ext);
    }

    public long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        Interlocked.Increment(ref _getEvents);
        return _kernel.GetEvents(ctx, events, bytes, minBytes, wait, flags);
    }

    public long Cancel(uint ctx, ulong userData, uint flags)
    {
        lock (Cancelled)
        {
            Cancelled.Add(userData);
        }

        return _kernel.Cancel(ctx, userData, flags);
    }

    public long Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags) =>
        _kernel.Issue(iocb, iocbBytes, eventBuffer, eventBytes, flags);

    public long List(uint ctx, ulong* cursor, void* buffer, nuint bytes) => _kernel.List(ctx, cursor, buffer, bytes);

    public long Probe(uint what, void* buffer, nuint bytes) => _kernel.Probe(what, buffer, bytes);

    public long RingCtl(uint ctx, uint op, ulong arg) => _kernel.RingCtl(ctx, op, arg);

    public void Dispose() => _kernel.Dispose();
}
