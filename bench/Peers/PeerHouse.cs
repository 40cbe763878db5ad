namespace AioV2.Bench.Peers;

/// <summary>The peers' processes: each compiled and started once, when first asked for.</summary>
public sealed class PeerHouse : IDisposable
{
    private readonly Dictionary<string, PeerProcess> _running = [];

    /// <summary>The process of that program.</summary>
    /// <exception cref="Harness.PeerMissingException">It cannot be had here.</exception>
    public PeerProcess this[PeerProgram program]
    {
        get
        {
            if (!_running.TryGetValue(program.Name, out var process))
            {
                _running[program.Name] = process = new PeerProcess(program.Build());
            }
            return process;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var process in _running.Values)
        {
            process.Dispose();
        }
    }
}
