using AioV2.Bench.Harness;

namespace AioV2.Bench.Report;

/// <summary>What a run found, ready to be shown.</summary>
/// <param name="Machine">Where.</param>
/// <param name="Kernel">What was measured; null if it could not be asked.</param>
/// <param name="Quick">Whether the legs were short, so that the figures are rough.</param>
/// <param name="Complete">False if the run was stopped.</param>
/// <param name="Rows">What became of each row.</param>
public sealed record BenchReport(Machine Machine, KernelFacts? Kernel, bool Quick, bool Complete, IReadOnlyList<RowResult> Rows)
{
    /// <summary>What says how far the figures can be trusted, in one line each.</summary>
    public IEnumerable<string> Caveats()
    {
        if (!Complete)
        {
            yield return "The run was stopped: only the rows measured until then are here.";
        }
        if (Machine.Unoptimized)
        {
            yield return "A build for debugging: our figures mean nothing. Build with -c Release.";
        }
        if (Quick)
        {
            yield return "Quick run: the legs are short and the figures rough; use them to see that everything works.";
        }
        if (Machine.Load is { } load && load > 0.5)
        {
            yield return $"The machine was busy when the run began (load {load:0.0} on {Machine.Cores} processors): expect wide ranges.";
        }
    }
}
