using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Only the reaping: a batch of NOPs is completed first, then its events are taken and looked at against the clock.</summary>
internal sealed unsafe class ReapSide : ISide
{
    private const int Batch = 1024;
    private readonly ContextUnderTest _context;
    private readonly Reaping _reaping;
    private readonly RingReaper? _reaper;
    private readonly NativeBytes _iocbs, _buffer;

    /// <summary>Sets up a context whose ring holds a batch.</summary>
    public ReapSide(Stage stage, Reaping reaping)
    {
        _reaping = reaping;
        _context = new ContextUnderTest(
            stage, Batch, ContextUnderTest.RingFor(Batch, IoEvent2.SizeOf), EventSources.SetupFlags(reaping));
        _reaper = reaping == Reaping.Call ? null : RingEvents.Open(_context, reaping == Reaping.RingSingle);
        _iocbs = new NativeBytes(Batch * Iocb2.SizeOf);
        _buffer = new NativeBytes(Batch * IoEvent2.SizeOf);
        for (var i = 0; i < Batch; i++)
        {
            ((Iocb2*)_iocbs.At)[i] = new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Nop, UserData = (ulong)i };
        }
    }

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        long done = 0, nanoseconds = 0;
        var begin = Stopwatch.GetTimestamp();
        while (done < operations)
        {
            _context.Submit(_iocbs.At, Batch * Iocb2.SizeOf);
            WaitForAll();
            var start = Stopwatch.GetTimestamp();
            var (events, sum) = Reap();
            nanoseconds += Elapsed.Since(start);
            if (events != Batch || sum != (ulong)Batch * (Batch - 1) / 2)
            {
                throw new BenchException($"{events} of {Batch} events came");
            }
            done += events;
        }
        return new Reading(done, nanoseconds, Spent: Elapsed.Since(begin));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _iocbs.Dispose();
        _buffer.Dispose();
    }

    // Outside of the time. A private ring cannot be looked at: there the call waits, which NOPs done at submit make short.
    private void WaitForAll()
    {
        var wait = default(SpinWait);
        while (_reaper is not null && Volatile.Read(ref _reaper.Header->Tail) - _reaper.User->Head < Batch * IoEvent2.SizeOf)
        {
            wait.SpinOnce();
        }
    }

    private (int Events, ulong Sum) Reap() => _reaping switch
    {
        Reaping.RingSingle => ReapInPlace(_reaper!),
        Reaping.RingEach => ReapEach(_reaper!),
        Reaping.RingBatch => ReapBatch(_reaper!),
        _ => Look(_context.GetEvents(_buffer.At, (int)_buffer.Length, (int)_buffer.Length)),
    };

    private static (int, ulong) ReapInPlace(RingReaper reaper)
    {
        var events = 0;
        var sum = 0ul;
        // No using: a try block keeps positions in memory. Nothing in the loop throws.
        var peek = reaper.PeekAll();
        while (peek.TryNext(out var record))
        {
            ref readonly var e = ref MemoryMarshal.AsRef<IoEvent2>(record);
            sum += e.UserData + (ulong)e.Res;
            events++;
        }
        peek.Dispose();
        return (events, sum);
    }

    private static (int, ulong) ReapEach(RingReaper reaper)
    {
        var events = 0;
        var sum = 0ul;
        IoEvent2 e;
        while (reaper.TryRead(new Span<byte>(&e, IoEvent2.SizeOf), out _) == RingStatus.Event)
        {
            sum += e.UserData + (ulong)e.Res;
            events++;
        }
        return (events, sum);
    }

    private (int, ulong) ReapBatch(RingReaper reaper)
    {
        var bytes = 0;
        while (reaper.ReadBatch(new Span<byte>(_buffer.At + bytes, (int)_buffer.Length - bytes), out var more) == RingStatus.Event)
        {
            bytes += more;
        }
        return Look(bytes);
    }

    private (int, ulong) Look(int bytes)
    {
        var events = 0;
        var sum = 0ul;
        for (var at = 0; at < bytes; events++)
        {
            var e = (IoEvent2*)(_buffer.At + at);
            sum += e->UserData + (ulong)e->Res;
            at += (int)e->Bytes;
        }
        return (events, sum);
    }
}
