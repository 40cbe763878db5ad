using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Kernel.Attributes;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Engines;
using AioV2.Kernel.Engines.Calls;
using AioV2.Kernel.Engines.Polling;
using AioV2.Kernel.Engines.Simulated;
using AioV2.Kernel.Engines.Threads;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Tracing;

namespace AioV2.Kernel;

/// <summary>The emulated kernel inside this process: the nine calls over real I/O (design §5).</summary>
/// <remarks>
/// <para>Each call first looks whether this process owns the kernel (CTX-1), then finds the context and enters it; from then
/// on destroy waits for the call to leave. Nothing throws across the boundary; nothing that user space can write is trusted.</para>
/// <para>Disposing destroys all contexts, then stops the engine.</para></remarks>
public sealed unsafe partial class EmbeddedKernel : IAio2, IDisposable
{
    private readonly ContextTable _contexts;
    private readonly CallerContexts _callers;
    private bool _disposed;

    private EmbeddedKernel(KernelOptions options)
    {
        if (!OwnerPage.IsOwner)
        {
            throw new InvalidOperationException("this process is a child of the one that started the runtime (CTX-1)");
        }

        Options = options;
        Memory = new UserMemory(options.Policy);
        _contexts = new ContextTable(options.ReqsCeiling);
        _callers = new CallerContexts(this);
        (Engine, Engines) = EngineChoice.Make(options);
        Pool = Engine as ThreadsEngine ?? new ThreadsEngine(options.MaxWorkers);
    }

    /// <summary>What the kernel was made of.</summary>
    public KernelOptions Options { get; }

    /// <summary>The name of the engine in use, as PROBE tells it.</summary>
    public string EngineName => Engine.Name;

    /// <summary>The reins of the simulated engine; null with another.</summary>
    public Simulation? Simulation => Engine is SimulatedEngine engine ? new Simulation(engine) : null;

    internal UserMemory Memory { get; }

    internal IEngine Engine { get; }

    /// <summary>Wakes contexts at their requests' deadlines.</summary>
    internal DeadlineClock Deadlines { get; } = new();

    /// <summary>Totals by accounting tag.</summary>
    internal Accounts Accounts { get; } = new();

    /// <summary>Runs what no engine has a call for: requests on protected files, and SYSCALL. Starts no thread before the first.</summary>
    internal ThreadsEngine Pool { get; }

    /// <summary>Runs POLL, whatever the engine is.</summary>
    internal PollEngine Polls { get; } = new();

    /// <summary>Every engine, and why it is or is not used (PROBE-1).</summary>
    internal IReadOnlyList<EngineReport> Engines { get; }

    /// <summary>Makes a kernel.</summary>
    /// <exception cref="NotSupportedException">The engine asked for does not work here; the message says why.</exception>
    public static EmbeddedKernel Create(KernelOptions? options = null) => new(options ?? new KernelOptions());

    /// <inheritdoc/>
    public long Destroy(uint ctx) => Find(ctx)?.Destroy() ?? -Errno.ENXIO;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        var found = Find(ctx);

        // Of no bytes nothing is looked at and nobody is told, so that the context need not be entered.
        return bytes == 0 && ext == null && found is { Trace: null, IsOpen: true } ? 0 : SubmitFound(found, ctx, iocbs, bytes, ext);
    }

    private long SubmitFound(Context? found, uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext)
    {
        if (found is not { } context || !context.TryEnter())
        {
            Options.Trace?.TellRefusedSubmit(ctx, bytes);
            return -Errno.ENXIO;
        }

        var result = SubmitInside(context, (ulong)iocbs, bytes, (ulong)ext);
        context.Exit();
        return result;
    }

    /// <inheritdoc/>
    public long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        if (Find(ctx) is not { } context || !context.TryEnter())
        {
            return -Errno.ENXIO;
        }

        var result = flags != 0 || minBytes > bytes
            ? -Errno.EINVAL
            : GetEventsInside(context, (ulong)events, bytes, minBytes, (ulong)wait);
        context.Exit();
        return result;
    }

    /// <summary>Destroys all contexts and stops the engine. No call may be in progress or follow.</summary>
    public void Dispose()
    {
        if (_disposed || !OwnerPage.IsOwner)
        {
            return;
        }

        _disposed = true;
        foreach (var context in _contexts.All)
        {
            _ = context.Destroy();
        }

        _callers.Dispose();
        Deadlines.Dispose();
        Engine.Dispose();
        Polls.Dispose();
        Accounts.Dispose();
        if (Pool != Engine)
        {
            Pool.Dispose();
        }
    }

    /// <summary>Who runs a request.</summary>
    internal IEngine EngineOf(Request* r) =>
        r->Opcode == Aio2Op.Poll ? Polls
        : r->Opcode == Aio2Op.Syscall ? AllowList.Waits(r) ? Polls : Pool
        : (r->Traits & RequestTraits.Protected) != 0 ? Pool
        : Engine;

    /// <summary>What a context tells, or null: there is none, or it is not recorded.</summary>
    internal TraceStream? TraceOf(uint ctx) => Find(ctx)?.Trace;

    /// <summary>A destroyed context's id and slots are free again.</summary>
    internal void Forget(Context context)
    {
        Deadlines.Remove(context);
        _contexts.Remove(context);
    }

    /// <summary>For tests that look inside: a context by its id.</summary>
    internal Context ContextOf(uint ctx) => _contexts.Find(ctx)!;

    // A child of fork finds nothing, before any lock or managed state is touched (CTX-1).
    private Context? Find(uint ctx) => OwnerPage.IsOwner ? _contexts.Find(ctx) : null;

    private long SubmitInside(Context context, ulong iocbs, nuint bytes, ulong ext)
    {
        // 32 records with some attributes. All that is below this, and the C library's own, lies on a stack of 16 KiB (tests/native/stack.c).
        const int StackBytes = 3072;
        var isTraced = context.Trace is { Follows: true };
        var began = isTraced ? MonotonicClock.Now : 0;
        var isCut = bytes > Aio2.SubmitMax;
        var runBytes = (int)Math.Min(bytes, Aio2.SubmitMax);
        var onStack = stackalloc byte[StackBytes];
        var run = runBytes <= StackBytes ? onStack : (byte*)NativeBlock.TryAlloc((nuint)runBytes);
        if (run == null)
        {
            return -Errno.ENOMEM;
        }

        var report = new Aio2Extack();
        long result = Memory.CopyIn(run, iocbs, (nuint)runBytes);
        var copied = result == 0 ? runBytes : 0;
        if (result == 0 && ext != 0)
        {
            result = ClearReport(ext, ref report);
        }

        if (result == 0 && runBytes != 0)
        {
            result = context.Submit(run, runBytes, isCut, ref report);
            if (ext != 0 && report.Error != 0)
            {
                // Too late to refuse anything: a report that has become unwritable since is lost.
                _ = Memory.Write(ext, report);
            }
        }

        if (isTraced)
        {
            context.TraceSubmit(began, result, bytes, run, copied, report);
        }
        else if (context.Trace is { } trace && (result <= 0 || trace.Follows))
        {
            // Else it was counted with what the context has not told.
            trace.Miss(1);
        }

        if (run != onStack)
        {
            NativeMemory.Free(run);
        }

        return result;
    }

    // ext's size is read first; what is known of it is cleared before anything is accepted (SUBMIT-5). What a longer struct
    // has behind that is neither read nor written: it is an output, so that an older kernel's answer is its prefix.
    private int ClearReport(ulong ext, ref Aio2Extack report)
    {
        var result = Memory.Read<uint>(ext, out var size);
        if (result == 0 && size is < Aio2Extack.FirstSizeOf or > Aio2.StructMax)
        {
            result = size < Aio2Extack.FirstSizeOf ? -Errno.EINVAL : -Errno.E2BIG;
        }

        report.Size = size;
        return result == 0 ? Memory.Write(ext, report) : result;
    }

    private long GetEventsInside(Context context, ulong events, nuint bytes, nuint minBytes, ulong wait)
    {
        var request = WaitRequest.Forever;
        var result = wait == 0 ? 0 : WaitRequest.Read(Memory, wait, out request);
        if (result != 0)
        {
            return result;
        }

        var mask = request.Mask;
        return context.GetEvents(events, bytes, minBytes, request.Deadline, request.HasMask ? &mask : null);
    }
}
