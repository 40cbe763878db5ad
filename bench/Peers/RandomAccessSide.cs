using System.Diagnostics;
using AioV2.Bench.Harness;
using AioV2.Bench.Rows;
using Microsoft.Win32.SafeHandles;

namespace AioV2.Bench.Peers;

/// <summary><see cref="RandomAccess.ReadAsync(SafeFileHandle, Memory{byte}, long, CancellationToken)"/>: what .NET offers today.</summary>
public sealed class RandomAccessSide : ISide
{
    private readonly TransferPlan _plan;
    private readonly SafeFileHandle _file;
    private readonly Memory<byte>[] _buffers;

    /// <summary>Opens the file of the plan.</summary>
    public RandomAccessSide(TransferPlan plan)
    {
        _plan = plan;
        _file = File.OpenHandle(plan.File.Path, options: FileOptions.Asynchronous);
        _buffers = [.. Enumerable.Range(0, plan.Depth).Select(_ => (Memory<byte>)new byte[plan.Size])];
    }

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        var blocks = new BlockOrder(_plan.File.Bytes, _plan.Size);
        var start = Stopwatch.GetTimestamp();
        Task.WaitAll([.. Enumerable.Range(0, _plan.Depth).Select(slot => ReadAll(slot, operations, blocks))]);
        return new Reading(operations, Elapsed.Since(start));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private async Task ReadAll(int slot, long operations, BlockOrder blocks)
    {
        for (long i = slot; i < operations; i += _plan.Depth)
        {
            long offset;
            lock (blocks)
            {
                offset = blocks.Next();
            }
            if (await RandomAccess.ReadAsync(_file, _buffers[slot], offset).ConfigureAwait(false) != _plan.Size)
            {
                throw new BenchException("a short read");
            }
        }
    }
}
