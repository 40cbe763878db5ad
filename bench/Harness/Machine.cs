using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace AioV2.Bench.Harness;

/// <summary>The machine that figures come from.</summary>
/// <param name="Processor">The processor's model.</param>
/// <param name="Cores">Processors that this process may use.</param>
/// <param name="MemoryBytes">Memory, bytes.</param>
/// <param name="System">Distribution, and the release of the Linux kernel.</param>
/// <param name="Runtime">.NET's version.</param>
/// <param name="Architecture">The processor's architecture.</param>
/// <param name="Load">Runnable tasks over the last minute when the run began.</param>
/// <param name="Unoptimized">Whether this program was built for debugging, so that its figures mean nothing.</param>
/// <param name="When">When the run began.</param>
public sealed record Machine(
    string Processor, int Cores, long MemoryBytes, string System, string Runtime, string Architecture, double? Load, bool Unoptimized, DateTimeOffset When)
{
    /// <summary>This machine, now.</summary>
    public static Machine Here() => new(
        Field("/proc/cpuinfo", "model name") ?? "unknown",
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        $"{RuntimeInformation.OSDescription}, Linux {Word("/proc/sys/kernel/osrelease") ?? "unknown"}",
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.ProcessArchitecture.ToString(),
        double.TryParse(Word("/proc/loadavg"), CultureInfo.InvariantCulture, out var load) ? load : null,
        typeof(Machine).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled ?? false,
        DateTimeOffset.UtcNow);

    private static string? Field(string path, string name) => !File.Exists(path)
        ? null
        : File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[^1].Trim();

    private static string? Word(string path) => File.Exists(path) ? File.ReadAllText(path).Split(' ', '\n')[0] : null;
}
