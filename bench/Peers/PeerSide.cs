using AioV2.Bench.Harness;

namespace AioV2.Bench.Peers;

/// <summary>A C peer as one side of a row.</summary>
/// <param name="process">The peer.</param>
/// <param name="name">Which of its workloads.</param>
/// <param name="arguments"><c>key=value</c> words.</param>
/// <param name="most">Most operations in one leg.</param>
public sealed class PeerSide(PeerProcess process, string name, string arguments = "", long most = long.MaxValue) : ISide
{
    /// <inheritdoc/>
    public long MaxOperations => most;

    /// <inheritdoc/>
    public bool IsCompiledAhead => true;

    /// <inheritdoc/>
    public Reading Run(long operations) => process.Run(name, operations, arguments);

    /// <summary>Nothing: the process stays for the next row.</summary>
    public void Dispose()
    {
    }
}
