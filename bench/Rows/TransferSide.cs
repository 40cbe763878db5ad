using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Reads (and writes) of a plan: as many in flight as its depth says, refilled as they come back.</summary>
/// <remarks>Events are looked at where they stand in the ring, as C peers look at theirs; copied only where the call is entered to sleep.</remarks>
internal sealed unsafe class TransferSide : ISide
{
    private readonly TransferPlan _plan;
    private readonly PlanFile _file;
    private readonly ContextUnderTest _context;
    private readonly RingReaper _reaper;
    private readonly NativeBytes _template, _iocbs, _buffer, _data, _slots;
    private readonly long* _free, _starts;
    private readonly int _record, _size;
    private readonly bool _mixed;
    private BlockOrder? _blocks;
    private long _left, _packed;
    private int _freeCount;

    /// <summary>Opens the file and sets up a context.</summary>
    public TransferSide(Stage stage, TransferPlan plan, AttributeSet attributes)
    {
        _plan = plan;
        var tail = attributes.Encode();
        _record = Iocb2.SizeOf + tail.Length;
        var eventBytes = attributes.EventBytes();
        _context = new ContextUnderTest(
            stage, plan.Depth, ContextUnderTest.RingFor(plan.Depth, eventBytes), EventSources.SetupFlags(Reaping.RingSingle));
        _reaper = RingEvents.Open(_context, single: true);
        _file = new PlanFile(plan);
        _template = new NativeBytes(_record);
        *(Iocb2*)_template.At = new Iocb2 { Bytes = (uint)_record, Opcode = Aio2Op.Pread, Fd = _file.Descriptor, Len = (ulong)plan.Size };
        tail.CopyTo(new Span<byte>(_template.At + Iocb2.SizeOf, tail.Length));
        _iocbs = new NativeBytes((long)plan.Depth * _record);
        _buffer = new NativeBytes(Math.Max(Aio2.EventMax, (long)plan.Depth * eventBytes));
        _data = new NativeBytes((long)plan.Depth * plan.Size);
        _size = plan.Size;
        _mixed = plan.Mixed;
        _slots = new NativeBytes(2L * plan.Depth * sizeof(long));
        _free = (long*)_slots.At;
        _starts = _free + plan.Depth;
        for (var slot = 0; slot < plan.Depth; slot++)
        {
            _free[slot] = slot;
        }
        _freeCount = plan.Depth;
    }

    /// <inheritdoc/>
    public long MaxOperations => _plan.MaxOperations;

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        _file.Prepare();
        _blocks = new BlockOrder(_plan.File.Bytes, _plan.Size);
        _left = operations;
        _packed = 0;
        var latencies = _plan.Latency ? new LatencyHistogram() : null;
        var start = Stopwatch.GetTimestamp();
        for (long done = 0; done < operations;)
        {
            done += Turn(latencies);
        }
        return new Reading(operations, Elapsed.Since(start), latencies);
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
        _slots.Dispose();
    }

    // Submits as many as are free, and reaps: how many. A method of its own, since the JIT makes its best of what is called often.
    private int Turn(LatencyHistogram? latencies)
    {
        var now = latencies is null ? 0 : Stopwatch.GetTimestamp();
        var end = _iocbs.At;
        var free = _freeCount;
        for (var stop = free - (int)Math.Min(free, _left); free > stop; end += _record)
        {
            var slot = _free[--free];
            if (latencies is not null)
            {
                _starts[slot] = now;
            }
            Pack(end, slot);
        }
        if (end != _iocbs.At)
        {
            _context.Submit(_iocbs.At, (int)(end - _iocbs.At));
        }
        _left -= _freeCount - free;
        _freeCount = Reap(free, latencies);
        return _freeCount - free;
    }

    private void Pack(byte* at, long slot)
    {
        var iocb = (Iocb2*)at;
        *iocb = *(Iocb2*)_template.At;
        iocb->UserData = (ulong)slot;
        iocb->Addr = (ulong)(_data.At + (slot * _size));
        iocb->Offset = _blocks!.Next();
        if (_mixed && BlockOrder.IsWrite(_packed++))
        {
            iocb->Opcode = Aio2Op.Pwrite;
        }
        if (_record > Iocb2.SizeOf)
        {
            Buffer.MemoryCopy(_template.At + Iocb2.SizeOf, at + Iocb2.SizeOf, _record - Iocb2.SizeOf, _record - Iocb2.SizeOf);
        }
    }

    // At least one.
    private int Reap(int free, LatencyHistogram? latencies)
    {
        var now = latencies is null ? 0 : Stopwatch.GetTimestamp();
        var before = free;
        // No using: a try block keeps positions in memory. What throws ends the row.
        var peek = _reaper.PeekAll();
        while (peek.TryNext(out var record))
        {
            free = Take((IoEvent2*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(record)), free, now, latencies);
        }
        peek.Dispose();
        return free == before ? Await(free, latencies) : free;
    }

    private int Await(int free, LatencyHistogram? latencies)
    {
        var bytes = _context.GetEvents(_buffer.At, (int)_buffer.Length, IoEvent2.SizeOf);
        var now = latencies is null ? 0 : Stopwatch.GetTimestamp();
        for (var at = 0; at < bytes; at += (int)((IoEvent2*)(_buffer.At + at))->Bytes)
        {
            free = Take((IoEvent2*)(_buffer.At + at), free, now, latencies);
        }
        return free;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Take(IoEvent2* e, int free, long now, LatencyHistogram? latencies)
    {
        if (e->Res != _size)
        {
            throw new BenchException($"a transfer ended with {e->Res}");
        }
        var slot = (long)e->UserData;
        latencies?.Add((long)Stopwatch.GetElapsedTime(_starts[slot], now).TotalNanoseconds);
        _free[free] = slot;
        return free + 1;
    }
}
