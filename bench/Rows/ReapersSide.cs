using System.Diagnostics;
using AioV2.Abi;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>NOPs submitted by one thread while others reap them from the shared ring at once.</summary>
internal sealed unsafe class ReapersSide : ISide
{
    private const int Batch = 128, Slots = 4 * Batch;
    private readonly ContextUnderTest _context;
    private readonly NativeBytes _iocbs = new(Batch * Iocb2.SizeOf);
    private readonly int _reapers;
    private long _submitted, _reaped, _wanted;
    private volatile Exception? _failure;

    /// <summary>Sets up a context whose ring holds all that is in flight.</summary>
    public ReapersSide(Stage stage, int reapers)
    {
        _reapers = reapers;
        _context = new ContextUnderTest(stage, Slots, ContextUnderTest.RingFor(Slots, IoEvent2.SizeOf), Aio2Setup.UserReap);
        for (var i = 0; i < Batch; i++)
        {
            ((Iocb2*)_iocbs.At)[i] = new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Nop };
        }
    }

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        _submitted = _reaped = 0;
        _wanted = (operations + Batch - 1) / Batch * Batch;
        var threads = Enumerable.Range(0, _reapers).Select(_ => new Thread(Reap)).ToArray();
        var start = Stopwatch.GetTimestamp();
        Array.ForEach(threads, t => t.Start());
        Submit();
        Array.ForEach(threads, t => t.Join());
        return _failure is null ? new Reading(_wanted, Elapsed.Since(start)) : throw new BenchException(_failure.Message);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _iocbs.Dispose();
    }

    private void Submit()
    {
        var wait = default(SpinWait);
        while (_submitted < _wanted && _failure is null)
        {
            if (_submitted - Volatile.Read(ref _reaped) > Slots - Batch)
            {
                wait.SpinOnce(sleep1Threshold: -1);
                continue;
            }
            _context.Submit(_iocbs.At, Batch * Iocb2.SizeOf);
            _submitted += Batch;
        }
    }

    private void Reap()
    {
        try
        {
            var events = new RingEvents(_context, Reaping.RingBatch);
            using var buffer = new NativeBytes(32 * IoEvent2.SizeOf);
            var wait = default(SpinWait);
            while (Volatile.Read(ref _reaped) < _wanted && _failure is null)
            {
                var bytes = events.Take(buffer.At, (int)buffer.Length, wait: false);
                if (bytes == 0)
                {
                    wait.SpinOnce(sleep1Threshold: -1);
                    continue;
                }
                Interlocked.Add(ref _reaped, bytes / IoEvent2.SizeOf);
            }
        }
        catch (BenchException e)
        {
            _failure = e;
        }
    }
}
