using AioV2.Abi.Calls;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Harness;

/// <summary>What the sides stand on: the options, the kernel, files to read, and the peers' processes. Made when first asked for.</summary>
public sealed class Stage : IDisposable
{
    private readonly Lazy<KernelUnderTest> _kernel;
    private readonly Lazy<BenchFiles> _files;
    private readonly Lazy<PeerHouse> _peers;

    /// <summary>A stage of its own, with nothing on it yet.</summary>
    public Stage(BenchOptions options)
    {
        Options = options;
        _kernel = new(() => new KernelUnderTest());
        _files = new(() => new BenchFiles(options.FileBytes));
        _peers = new(() => new PeerHouse());
    }

    /// <summary>How long and what to measure.</summary>
    public BenchOptions Options { get; }

    /// <summary>The nine calls.</summary>
    public IAio2 Kernel => _kernel.Value.Calls;

    /// <summary>The files that are read and written.</summary>
    public BenchFiles Files => _files.Value;

    /// <summary>The processes that are measured against.</summary>
    public PeerHouse Peers => _peers.Value;

    /// <summary>Engine and user-memory policy, as the kernel tells them.</summary>
    public KernelFacts Facts => _kernel.Value.Facts;

    /// <summary>The same, or null where there is no kernel to ask.</summary>
    public KernelFacts? FactsOrNull()
    {
        try
        {
            return Facts;
        }
        catch (NotBuiltException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_peers.IsValueCreated)
        {
            _peers.Value.Dispose();
        }
        if (_files.IsValueCreated)
        {
            _files.Value.Dispose();
        }
        if (_kernel.IsValueCreated)
        {
            _kernel.Value.Dispose();
        }
    }
}
