using System.Diagnostics;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Peers;

/// <summary>A program that is run once for each operation, timed from its start to its end.</summary>
/// <param name="program">The program.</param>
/// <param name="arguments">What it is told.</param>
/// <param name="before">What is done before each run, outside of the time.</param>
/// <param name="nanoseconds">Takes the time that counts from what the program wrote (output, errors), where it is not all of it.</param>
public sealed class ToolSide(
    string program, IReadOnlyList<string> arguments, Action? before = null, Func<string, string, long>? nanoseconds = null) : ISide
{
    /// <inheritdoc/>
    public long MaxOperations => 1;

    /// <inheritdoc/>
    public bool IsCompiledAhead => true;

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        before?.Invoke();
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        var start = Stopwatch.GetTimestamp();
        using var process = Start(info);
        // Both are read to the end, else a full pipe would stop the program.
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        var whole = Elapsed.Since(start);
        var written = output.GetAwaiter().GetResult();
        return process.ExitCode == 0
            ? new Reading(1, nanoseconds?.Invoke(written, errors) ?? whole, Spent: whole)
            : throw new BenchException($"{program}: {errors.Trim()}");
    }

    /// <summary>Nothing is held between runs.</summary>
    public void Dispose()
    {
    }

    private Process Start(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info) ?? throw new PeerMissingException($"{program} did not start");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new PeerMissingException($"{program}: {e.Message}");
        }
    }
}
