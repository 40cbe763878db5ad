namespace AioV2.Abi.Trace;

/// <summary>What a trace says of itself at its start.</summary>
/// <param name="Source">What was recorded: <c>kernel</c> or <c>conform</c>.</param>
/// <param name="Engine">Engine of the kernel, or the implementation's name.</param>
/// <param name="Program">Command line of the recorded process.</param>
/// <param name="Pid">Its process id.</param>
/// <param name="RealtimeNs">CLOCK_REALTIME at the start.</param>
/// <param name="TimeNs">CLOCK_MONOTONIC at the same moment.</param>
public sealed record TraceStart(string Source, string Engine, string Program, int Pid, ulong RealtimeNs, ulong TimeNs)
{
    /// <summary>Of this process, now.</summary>
    public static TraceStart Now(string source, string engine) => new(
        source, engine, CommandLine(), Environment.ProcessId,
        (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100, (ulong)System.Diagnostics.Stopwatch.GetTimestamp());

    /// <summary>What the START record said.</summary>
    internal static TraceStart Read(TraceRecord record) => new(
        record.Text(Aio2TraceStart.Source), record.Text(Aio2TraceStart.Engine), record.Text(Aio2TraceStart.Program),
        (int)record.Number(Aio2TraceStart.Pid), record.Number(Aio2TraceStart.Realtime), record.Number(Aio2TraceStart.Time));

    // Of the process, also where a library's runtime knows no arguments.
    private static string CommandLine()
    {
        try
        {
            return string.Join(' ', File.ReadAllText("/proc/self/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
