using AioV2.Kernel.Engines;

namespace AioV2.Kernel.Contexts;

/// <summary>The contexts that io_issue2 borrows, so that a synchronous call sets nothing up: a few are kept.</summary>
internal sealed class CallerContexts : IDisposable
{
    private const int KeptMax = 16;

    private readonly EmbeddedKernel _kernel;
    private readonly Context?[] _kept = new Context?[KeptMax];

    public CallerContexts(EmbeddedKernel kernel) => _kernel = kernel;

    /// <summary>A context for one call.</summary>
    public Context Take()
    {
        for (var i = 0; i < KeptMax; i++)
        {
            if (Volatile.Read(ref _kept[i]) is not null && Interlocked.Exchange(ref _kept[i], null) is { } kept)
            {
                return kept;
            }
        }

        return new Context(_kernel, new CallerEngine());
    }

    /// <summary>Gives it back, idle.</summary>
    public void Return(Context context)
    {
        for (var i = 0; i < KeptMax; i++)
        {
            if (Interlocked.CompareExchange(ref _kept[i], context, null) is null)
            {
                return;
            }
        }

        _ = context.Destroy();
    }

    /// <summary>Ends those that are kept; no call may be in progress.</summary>
    public void Dispose()
    {
        foreach (var context in _kept)
        {
            _ = context?.Destroy();
        }
    }
}
