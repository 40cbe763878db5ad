using System.Diagnostics;
using AioV2.Abi.Calls;
using AioV2.Cli.Posix;
using AioV2.UserLib;

namespace AioV2.Cli.Copy;

/// <summary>A copy from the first look to the final name: all or nothing.</summary>
internal sealed class CopyJob(IAio2 kernel, CopyOptions options)
{
    /// <summary>What is counted while it runs.</summary>
    internal CopyTotals Totals { get; } = new();

    /// <summary>Copies.</summary>
    /// <exception cref="CliException">It failed; nothing is left of it.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; nothing is left of it.</exception>
    internal CopyReport Run(CancellationToken stop)
    {
        var plan = CopyPlan.Make(options);
        var started = Stopwatch.GetTimestamp();
        var done = false;
        try
        {
            var ring = plan.IsTree ? CopyTree(plan, stop) : CopyFile(plan, stop);
            stop.ThrowIfCancellationRequested();
            Files.Move(plan.Temporary, plan.Final);
            done = true;
            Files.SyncDirectory(plan.Parent);
            return new CopyReport(options, Totals, ring, Stopwatch.GetElapsedTime(started));
        }
        finally
        {
            if (!done)
            {
                _ = Files.RemoveQuietly(plan.Temporary);
            }
        }
    }

    private AioRingState? CopyFile(CopyPlan plan, CancellationToken stop) =>
        Pump(new List<FileCopy> { new(plan.Source, plan.Temporary, followSource: true) }.GetEnumerator(), stop);

    private AioRingState? CopyTree(CopyPlan plan, CancellationToken stop)
    {
        var walk = new TreeWalk(plan.Source, plan.Temporary, Totals);
        var ring = Pump(walk.Files(), stop);
        walk.FinishDirectories();
        return ring;
    }

    private AioRingState? Pump(IEnumerator<FileCopy> files, CancellationToken stop)
    {
        var context = AioContext.Open(kernel, new AioContextOptions { RequestSlots = options.Depth, SingleReaper = true });
        using var pump = new CopyPump(context, options, Totals);
        using (context)
        {
            // Leaving this block waits for what is in flight (DESTROY-1); only then may the pump's buffers go.
            pump.Run(files, stop);
            return context.RingState;
        }
    }
}
