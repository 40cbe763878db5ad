using System.Text.Json;
using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary><c>aio2 conform</c> on the simulated engine; one operation is one step of the random part, judged by the model.</summary>
/// <remarks>Counted from four seconds behind its start, since until then the code of judge and children is compiled on the same processors.</remarks>
internal sealed class ConformanceSide(string aio2) : ISide
{
    private long _steps = 1;

    /// <inheritdoc/>
    public bool IsCompiledAhead => true;

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        long time = 0;
        using var tool = new ToolSide(
            aio2, ["conform", "--engine", "simulated", "--seed", "1", "--runs", "1000000", "--time", "7s", "--parallel-time", "0s", "--requirements", "RING-6", "--format", "json"], null, (output, _) => time = Read(output));
        var whole = tool.Run(1);
        return whole with { Operations = _steps, Nanoseconds = time };
    }

    /// <summary>Nothing is held between runs.</summary>
    public void Dispose()
    {
    }

    // The time of what is counted, ns; its steps are kept.
    private long Read(string json)
    {
        using var report = JsonDocument.Parse(json);
        _steps = Math.Max(1, report.RootElement.GetProperty("warmSteps").GetInt64());
        return (long)(report.RootElement.GetProperty("warmSeconds").GetDouble() * 1e9);
    }
}
