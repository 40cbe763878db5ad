using AioV2.Bench.Harness;

namespace AioV2.Bench.Tests;

/// <summary>A side whose clock is arithmetic: each leg takes as long as it is told.</summary>
internal sealed class FakeSide(
    string name, List<string> log, Func<int, long, long> nanoseconds, long most = long.MaxValue, bool ahead = false, Func<long, long>? spent = null) : ISide
{
    private int _leg;

    public long MaxOperations => most;

    public bool IsCompiledAhead => ahead;

    public bool Disposed { get; private set; }

    public Reading Run(long operations)
    {
        log.Add(name);
        return new Reading(operations, nanoseconds(_leg++, operations), Spent: spent?.Invoke(operations) ?? 0);
    }

    public void Dispose() => Disposed = true;
}
