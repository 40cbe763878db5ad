using System.Diagnostics;
using System.Text.Json;
using AioV2.Bench.Harness;
using AioV2.Bench.Rows;

namespace AioV2.Bench.Peers;

/// <summary>One of fio's engines over the plan's file; fio counts and times the operations itself.</summary>
/// <param name="plan">What is read.</param>
/// <param name="engine">fio's name of the engine.</param>
/// <param name="milliseconds">Time of one leg.</param>
/// <param name="preload">A library put before the program's own, or null.</param>
public sealed class FioSide(TransferPlan plan, string engine, double milliseconds, string? preload = null) : ISide
{
    private readonly ResidentFile? _resident = plan.KeepHot();

    /// <summary>A leg is bounded by time.</summary>
    public long MaxOperations => 1;

    /// <inheritdoc/>
    public bool IsCompiledAhead => true;

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        var info = new ProcessStartInfo("fio", Arguments()) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (preload is not null)
        {
            info.Environment["LD_PRELOAD"] = preload;
        }
        using var process = Start(info);
        var errors = process.StandardError.ReadToEndAsync();
        var json = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new BenchException($"fio {engine}: {errors.GetAwaiter().GetResult().Trim()}");
        }
        return Read(json);
    }

    /// <inheritdoc/>
    public void Dispose() => _resident?.Dispose();

    /// <summary>The operations and the time in fio's own report.</summary>
    internal static Reading Read(string json)
    {
        using var report = JsonDocument.Parse(json[json.IndexOf('{', StringComparison.Ordinal)..]);
        var read = report.RootElement.GetProperty("jobs")[0].GetProperty("read");
        return new Reading(
            Math.Max(1, read.GetProperty("total_ios").GetInt64()),
            (long)(read.GetProperty("runtime").GetDouble() * 1e6));
    }

    private string[] Arguments() =>
    [
        "--name=row", "--output-format=json", "--rw=randread", $"--filename={plan.File.Path}", $"--bs={plan.Size}",
        $"--iodepth={plan.Depth}", $"--ioengine={engine}", $"--direct={(plan.Direct ? 1 : 0)}", "--time_based=1",
        $"--runtime={Math.Max(1, milliseconds):0}ms", "--invalidate=0", $"--size={plan.File.Bytes}", "--thread=1",
    ];

    private static Process Start(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info) ?? throw new PeerMissingException("fio did not start");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new PeerMissingException($"fio: {e.Message}");
        }
    }
}
