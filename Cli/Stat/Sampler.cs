using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.UserLib;
using AioV2.UserLib.Returns;

namespace AioV2.Cli.Stat;

/// <summary>Samples files: reads of single blocks, one at a time, that carry TIMING, CACHE and RETRY.</summary>
internal sealed unsafe class Sampler : IDisposable
{
    private const int PageBytes = 4096;

    private static readonly AioAttributes Asked = AioAttributes.None.WithTiming().WithCache().WithRetry();

    private readonly AioContext _context;
    private readonly AioBuffer _buffer;
    private readonly AioBatch _batch = new();
    private readonly int _samples;
    private readonly bool _keep;

    /// <param name="kernel">Whose requests they are.</param>
    /// <param name="samples">Blocks of each file in a round, at most.</param>
    /// <param name="blockBytes">A multiple of the page.</param>
    /// <param name="keep">Whether what was read stays in the cache.</param>
    internal Sampler(IAio2 kernel, int samples, int blockBytes, bool keep)
    {
        _samples = samples;
        _keep = keep;
        _buffer = new AioBuffer(blockBytes);
        _context = AioContext.Open(kernel, new AioContextOptions { RequestSlots = 1 });
    }

    /// <summary>One round over one file.</summary>
    /// <exception cref="OperationCanceledException">Stopped between two reads.</exception>
    internal FileSample Round(WatchedFile file, CancellationToken stop)
    {
        var sample = new FileSample(file.Name, file.Size);
        var blocks = (sample.Size + _buffer.Bytes - 1) / _buffer.Bytes;
        var count = Math.Min(blocks, _samples);
        for (long i = 0; i < count; i++)
        {
            stop.ThrowIfCancellationRequested();

            // One block of each of so many equal parts of the file, anywhere in it.
            var (from, to) = (Portion(i, count, blocks), Portion(i + 1, count, blocks));
            Read(file, Random.Shared.NextInt64(from, to) * _buffer.Bytes, sample);
        }

        return sample;
    }

    public void Dispose()
    {
        _context.Dispose();
        _batch.Dispose();
        ((IDisposable)_buffer).Dispose();
    }

    // Without an overflow for files of any size.
    private static long Portion(long part, long parts, long whole) => (long)((UInt128)(ulong)part * (ulong)whole / (ulong)parts);

    private void Read(WatchedFile file, long offset, FileSample sample)
    {
        _batch.Read(file.Fd, _buffer.Address, (nuint)_buffer.Bytes, offset, userData: (ulong)offset, Asked);
        _ = _context.Submit(_batch);
        _ = _context.Reap(out var done);
        if (!done.Succeeded)
        {
            sample.Failures++;
            sample.LastError = done.ErrorCode;
            return;
        }

        sample.Reads++;
        sample.Bytes += done.Bytes;
        var latency = done.Get<TimingReturn>().LatencyNanoseconds;
        sample.Latency.Record(latency);
        if (done.TryGet<RetryReturn>(out var retry))
        {
            sample.Continued += retry.Continued;
            sample.Retried += retry.Retried;
        }

        if (done.TryGet<CacheReturn>(out var cache))
        {
            Count(cache, latency, sample);
            Restore(file, offset, done.Bytes, (long)cache.Bytes);
        }
        else
        {
            sample.CacheError = -(done.StatusOf(Aio2AttrType.Cache) ?? -Errno.EOPNOTSUPP);
        }
    }

    private static void Count(CacheReturn cache, ulong latency, FileSample sample)
    {
        sample.CachedBytes += (long)cache.Bytes;
        sample.Hits += cache.State == Aio2CacheState.Hit ? 1 : 0;
        sample.Partials += cache.State == Aio2CacheState.Partial ? 1 : 0;
        sample.Misses += cache.State == Aio2CacheState.Miss ? 1 : 0;
        (cache.IsHit ? sample.HitLatency : sample.MissLatency).Record(latency);
    }

    // What was not cached before shall not be cached by our looking at it.
    private void Restore(WatchedFile file, long offset, long bytes, long cached)
    {
        var from = (cached + PageBytes - 1) / PageBytes * PageBytes;
        if (!_keep && from < bytes)
        {
            file.Forget(offset + from, _buffer.Bytes - from);
        }
    }
}
