using System.Globalization;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Memory of a request: how much the process grows while many are in flight.</summary>
/// <remarks>Measured once, before rows that leave freed memory behind; every leg tells the same.</remarks>
internal sealed class MemorySide : ISide
{
    private readonly Reading _reading;

    /// <summary>Measures.</summary>
    public MemorySide(Stage stage)
    {
        var requests = stage.Options.InFlight;
        using (var warm = new InFlightSide(stage, 1024, 0, Reaping.Call, asks: true))
        {
            warm.Run(1024);
        }
        GC.Collect();
        var before = ResidentBytes();
        using var side = new InFlightSide(stage, requests, 0, Reaping.Call, asks: true);
        side.SubmitAll();
        _reading = new Reading(requests, 1, Bytes: ResidentBytes() - before);
        side.ReapAll();
    }

    /// <inheritdoc/>
    public long MaxOperations => 1;

    /// <inheritdoc/>
    public Reading Run(long operations) => _reading;

    /// <summary>Nothing is held.</summary>
    public void Dispose()
    {
    }

    private static long ResidentBytes() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
}
