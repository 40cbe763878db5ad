using System.Diagnostics;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>NOPs: packs a batch of iocbs, submits it, and reaps all its events.</summary>
internal sealed unsafe class NopSide : ISide
{
    private readonly ContextUnderTest _context;
    private readonly IEventSource _events;
    private readonly NativeBytes _iocbs, _buffer;
    private readonly int _depth;

    /// <summary>Sets up a context for that depth.</summary>
    public NopSide(Stage stage, int depth, Reaping reaping)
        : this(stage.Kernel, stage.Facts, depth, reaping)
    {
    }

    /// <summary>Sets up a context for that depth in another kernel than the stage's.</summary>
    public NopSide(IAio2 calls, KernelFacts facts, int depth, Reaping reaping)
    {
        _depth = depth;
        _context = new ContextUnderTest(
            calls, facts, depth, ContextUnderTest.RingFor(depth, IoEvent2.SizeOf), EventSources.SetupFlags(reaping));
        _events = EventSources.Make(_context, reaping);
        _iocbs = new NativeBytes((long)depth * Iocb2.SizeOf);
        _buffer = new NativeBytes((long)depth * IoEvent2.SizeOf);
    }

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        long done = 0;
        var start = Stopwatch.GetTimestamp();
        while (done < operations)
        {
            done += Turn();
        }
        return new Reading(done, Elapsed.Since(start));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _iocbs.Dispose();
        _buffer.Dispose();
    }

    // A method of its own, since the JIT makes its best of what is called often.
    private int Turn()
    {
        Pack();
        _context.Submit(_iocbs.At, _depth * Iocb2.SizeOf);
        var bytes = 0;
        for (var want = _depth * IoEvent2.SizeOf; bytes < want;)
        {
            bytes += _events.Take(_buffer.At + bytes, want - bytes, wait: true);
        }
        return Count(bytes);
    }

    private void Pack()
    {
        var iocb = (Iocb2*)_iocbs.At;
        for (var i = 0; i < _depth; i++)
        {
            iocb[i] = new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Nop, UserData = (ulong)i };
        }
    }

    private int Count(int bytes)
    {
        var events = 0;
        for (var at = 0; at < bytes; events++)
        {
            var e = (IoEvent2*)(_buffer.At + at);
            if (e->Res != 0)
            {
                throw new BenchException($"a NOP ended with {e->Res}");
            }
            at += (int)e->Bytes;
        }
        return events;
    }
}
