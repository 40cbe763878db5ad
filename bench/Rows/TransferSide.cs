using System.Diagnostics;
using AioV2.Abi;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Reads (and writes) of a plan: as many in flight as its depth says, refilled as they come back.</summary>
internal sealed unsafe class TransferSide : ISide
{
    private readonly TransferPlan _plan;
    private readonly PlanFile _file;
    private readonly ContextUnderTest _context;
    private readonly IEventSource _events;
    private readonly NativeBytes _template, _iocbs, _buffer, _data;
    private readonly int[] _free;
    private readonly long[] _starts;
    private readonly int _record;

    /// <summary>Opens the file and sets up a context.</summary>
    public TransferSide(Stage stage, TransferPlan plan, AttributeSet attributes, Reaping reaping = Reaping.RingSingle)
    {
        _plan = plan;
        var tail = attributes.Encode();
        _record = Iocb2.SizeOf + tail.Length;
        var eventBytes = attributes.EventBytes();
        _context = new ContextUnderTest(
            stage, plan.Depth, ContextUnderTest.RingFor(plan.Depth, eventBytes), EventSources.SetupFlags(reaping));
        _events = EventSources.Make(_context, reaping);
        _file = new PlanFile(plan);
        _template = new NativeBytes(_record);
        tail.CopyTo(new Span<byte>(_template.At + Iocb2.SizeOf, tail.Length));
        _iocbs = new NativeBytes((long)plan.Depth * _record);
        _buffer = new NativeBytes(Math.Max(Aio2.EventMax, (long)plan.Depth * eventBytes));
        _data = new NativeBytes((long)plan.Depth * plan.Size);
        _free = [.. Enumerable.Range(0, plan.Depth)];
        _starts = new long[plan.Depth];
    }

    /// <inheritdoc/>
    public long MaxOperations => _plan.MaxOperations;

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        _file.Prepare();
        var latencies = _plan.Latency ? new LatencyHistogram() : null;
        var blocks = new BlockOrder(_plan.File.Bytes, _plan.Size);
        long submitted = 0, done = 0;
        var free = _plan.Depth;
        var start = Stopwatch.GetTimestamp();
        while (done < operations)
        {
            var now = latencies is null ? 0 : Stopwatch.GetTimestamp();
            var packed = 0;
            for (; free > 0 && submitted < operations; submitted++, packed++)
            {
                var slot = _free[--free];
                _starts[slot] = now;
                Pack(packed, slot, blocks.Next(), submitted);
            }
            if (packed > 0)
            {
                _context.Submit(_iocbs.At, packed * _record);
            }
            var before = free;
            free = Reap(_events.Take(_buffer.At, (int)_buffer.Length, wait: true), free, latencies);
            done += free - before;
        }
        return new Reading(done, Elapsed.Since(start), latencies);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _file.Dispose();
        _template.Dispose();
        _iocbs.Dispose();
        _buffer.Dispose();
        _data.Dispose();
    }

    private void Pack(int index, int slot, long offset, long operation)
    {
        var at = _iocbs.At + ((long)index * _record);
        *(Iocb2*)at = new Iocb2
        {
            Bytes = (uint)_record,
            Opcode = _plan.Mixed && BlockOrder.IsWrite(operation) ? Aio2Op.Pwrite : Aio2Op.Pread,
            UserData = (ulong)slot,
            Fd = _file.Descriptor,
            Addr = (ulong)(_data.At + ((long)slot * _plan.Size)),
            Len = (ulong)_plan.Size,
            Offset = offset,
        };
        if (_record > Iocb2.SizeOf)
        {
            Buffer.MemoryCopy(_template.At + Iocb2.SizeOf, at + Iocb2.SizeOf, _record - Iocb2.SizeOf, _record - Iocb2.SizeOf);
        }
    }

    private int Reap(int bytes, int free, LatencyHistogram? latencies)
    {
        var now = latencies is null ? 0 : Stopwatch.GetTimestamp();
        for (var at = 0; at < bytes;)
        {
            var e = (IoEvent2*)(_buffer.At + at);
            if (e->Res != _plan.Size)
            {
                throw new BenchException($"a transfer ended with {e->Res}");
            }
            var slot = (int)e->UserData;
            latencies?.Add((long)Stopwatch.GetElapsedTime(_starts[slot], now).TotalNanoseconds);
            _free[free++] = slot;
            at += (int)e->Bytes;
        }
        return free;
    }
}
