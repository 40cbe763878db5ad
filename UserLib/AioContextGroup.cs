using AioV2.Abi;
using AioV2.Abi.Calls;
using Microsoft.Win32.SafeHandles;

namespace AioV2.UserLib;

/// <summary>Several contexts of one kernel, and so of one engine, that share the load: one ring for each CPU or node (LIB-1).</summary>
/// <remarks>
/// <para>Each request goes to the context with the least bytes in flight; among equals to the one with the fewest requests,
/// and among those to the one that belongs to the caller's CPU. No lock is shared between the contexts, and the choice
/// takes none: two threads that choose at the same moment may choose the same context.</para>
/// <para>For tasks only. A program that reaps by itself opens as many contexts as it has reapers.</para>
/// </remarks>
public sealed class AioContextGroup : IDisposable, IAsyncDisposable
{
    private readonly AioContext[] _contexts;
    private readonly int[] _contextOfCpu;

    private AioContextGroup(AioContext[] contexts, int[] contextOfCpu)
    {
        _contexts = contexts;
        _contextOfCpu = contextOfCpu;
    }

    /// <summary>The contexts; each may also be used by itself, which the balance takes into account.</summary>
    public IReadOnlyList<AioContext> Contexts => _contexts;

    /// <summary>Bytes that the requests in flight are to transfer, in all contexts.</summary>
    public long BytesInFlight => _contexts.Sum(context => context.BytesInFlight);

    /// <summary>Requests in flight, in all contexts.</summary>
    public int RequestsInFlight => _contexts.Sum(context => context.RequestsInFlight);

    /// <summary>Opens one context for each node, or for each CPU.</summary>
    /// <param name="kernel">The calls: an embedded kernel, or <c>LoadedAio2</c>.</param>
    /// <param name="options">What each of the contexts is asked for; null takes the defaults.</param>
    /// <param name="placement">One for each of what.</param>
    /// <exception cref="Aio2Exception">The kernel refused one of them; those made before are gone again.</exception>
    public static AioContextGroup Open(IAio2 kernel, AioContextOptions? options = null, AioGroupPlacement placement = AioGroupPlacement.PerNode)
    {
        var (contextOfCpu, contexts) = CpuPlacement.Of(placement);
        return Open(kernel, contexts, contextOfCpu, options);
    }

    /// <summary>Opens as many contexts as are asked for; CPUs take turns in preferring them.</summary>
    /// <param name="kernel">The calls: an embedded kernel, or <c>LoadedAio2</c>.</param>
    /// <param name="contexts">How many, above 0.</param>
    /// <param name="options">What each of them is asked for; null takes the defaults.</param>
    /// <exception cref="Aio2Exception">The kernel refused one of them; those made before are gone again.</exception>
    public static AioContextGroup Open(IAio2 kernel, int contexts, AioContextOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(contexts);
        return Open(kernel, contexts, [.. Enumerable.Range(0, contexts)], options);
    }

    /// <summary>The context that the next request of this thread goes to.</summary>
    public AioContext Next()
    {
        var own = _contextOfCpu[Thread.GetCurrentProcessorId() % _contextOfCpu.Length];
        var best = _contexts[own];
        var (bestBytes, bestRequests) = (best.BytesInFlight, best.RequestsInFlight);
        for (var n = 1; n < _contexts.Length; n++)
        {
            var candidate = _contexts[(own + n) % _contexts.Length];
            var (bytes, requests) = (candidate.BytesInFlight, candidate.RequestsInFlight);
            if (bytes < bestBytes || bytes == bestBytes && requests < bestRequests)
            {
                (best, bestBytes, bestRequests) = (candidate, bytes, requests);
            }
        }

        return best;
    }

    /// <summary>As <see cref="AioContext.ReadAsync"/>, on the context that <see cref="Next"/> names.</summary>
    public ValueTask<Completion> ReadAsync(
        SafeFileHandle file, Memory<byte> buffer, long fileOffset, AioAttributes? attributes = null, CancellationToken cancellationToken = default) =>
        Next().ReadAsync(file, buffer, fileOffset, attributes, cancellationToken);

    /// <summary>As <see cref="AioContext.WriteAsync"/>, on the context that <see cref="Next"/> names.</summary>
    public ValueTask<Completion> WriteAsync(
        SafeFileHandle file, ReadOnlyMemory<byte> buffer, long fileOffset, AioAttributes? attributes = null, CancellationToken cancellationToken = default) =>
        Next().WriteAsync(file, buffer, fileOffset, attributes, cancellationToken);

    /// <summary>As <see cref="AioContext.FlushAsync"/>, on the context that <see cref="Next"/> names.</summary>
    public ValueTask<Completion> FlushAsync(
        SafeFileHandle file, bool dataOnly = false, AioAttributes? attributes = null, CancellationToken cancellationToken = default) =>
        Next().FlushAsync(file, dataOnly, attributes, cancellationToken);

    /// <summary>As <see cref="AioContext.RunAsync"/>, on the context that <see cref="Next"/> names.</summary>
    public ValueTask<Completion> RunAsync(in Iocb2 iocb, AioAttributes? attributes = null, CancellationToken cancellationToken = default) =>
        Next().RunAsync(iocb, attributes, cancellationToken);

    /// <summary>Waits for all requests, then ends the contexts (DESTROY-1).</summary>
    public void Dispose()
    {
        foreach (var context in _contexts)
        {
            context.Dispose();
        }
    }

    /// <summary>As <see cref="Dispose"/>, without holding the caller's thread.</summary>
    public ValueTask DisposeAsync() => new(Task.WhenAll(_contexts.Select(context => context.DisposeAsync().AsTask())));

    private static AioContextGroup Open(IAio2 kernel, int contexts, int[] contextOfCpu, AioContextOptions? options)
    {
        var open = new List<AioContext>(contexts);
        try
        {
            while (open.Count < contexts)
            {
                open.Add(AioContext.Open(kernel, options));
            }
        }
        catch
        {
            open.ForEach(context => context.Dispose());
            throw;
        }

        return new AioContextGroup([.. open], contextOfCpu);
    }
}
