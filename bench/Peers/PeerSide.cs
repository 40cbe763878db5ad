using AioV2.Bench.Harness;

namespace AioV2.Bench.Peers;

/// <summary>A C peer as one side of a row.</summary>
/// <param name="process">The peer.</param>
/// <param name="name">Which of its workloads.</param>
/// <param name="arguments"><c>key=value</c> words.</param>
/// <param name="most">Most operations in one leg.</param>
/// <param name="held">What is let go with the side, or null.</param>
public sealed class PeerSide(PeerProcess process, string name, string arguments = "", long most = long.MaxValue, IDisposable? held = null) : ISide
{
    /// <inheritdoc/>
    public long MaxOperations => most;

    /// <inheritdoc/>
    public bool IsCompiledAhead => true;

    /// <inheritdoc/>
    public Reading Run(long operations) => process.Run(name, operations, arguments);

    /// <summary>The process stays for the next row.</summary>
    public void Dispose() => held?.Dispose();
}
