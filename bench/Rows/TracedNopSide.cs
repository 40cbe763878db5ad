using AioV2.Bench.Harness;
using AioV2.Kernel;
using AioV2.Kernel.Memory;
using AioV2.Kernel.Tracing;

namespace AioV2.Bench.Rows;

/// <summary>NOPs on a kernel of their own for each leg, recorded or not; the recorded leg's file is new, so that its limit is never reached.</summary>
internal sealed class TracedNopSide(Stage stage, int depth, bool isTraced) : ISide
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"aio2-bench-{Guid.NewGuid():n}.trace");

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        using var trace = isTraced ? KernelTrace.Create(_file, limitBytes: long.MaxValue) : null;
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Policy = UserMemoryPolicy.Checked, Trace = trace });
        using var nops = new NopSide(trace?.Calls(kernel) ?? kernel, stage.Facts, depth, Reaping.RingSingle);
        return nops.Run(operations);
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(_file);
}
