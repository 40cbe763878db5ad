using System.Diagnostics;
using AioV2.Abi;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Many requests at once: NOPs are submitted until all slots are taken, then all their events are reaped.</summary>
internal sealed unsafe class InFlightSide : ISide
{
    private const int RunBytes = (int)Aio2.SubmitMax / Iocb2.SizeOf * Iocb2.SizeOf;
    private readonly ContextUnderTest _context;
    private readonly IEventSource _events;
    private readonly NativeBytes _iocbs = new(RunBytes), _buffer = new(1 << 20);
    private readonly int _requests;

    /// <summary>Sets up a context with so many slots.</summary>
    /// <param name="stage">Where.</param>
    /// <param name="requests">Requests at once.</param>
    /// <param name="ringBytes">Data area of the ring.</param>
    /// <param name="reaping">How events are taken.</param>
    public InFlightSide(Stage stage, int requests, uint ringBytes, Reaping reaping)
    {
        _requests = requests;
        _context = new ContextUnderTest(stage, requests, ringBytes, EventSources.SetupFlags(reaping));
        _events = EventSources.Make(_context, reaping);
        for (var i = 0; i < RunBytes / Iocb2.SizeOf; i++)
        {
            ((Iocb2*)_iocbs.At)[i] = new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Nop, UserData = (ulong)i };
        }
    }

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        long done = 0;
        var start = Stopwatch.GetTimestamp();
        while (done < operations)
        {
            SubmitAll();
            ReapAll();
            done += _requests;
        }
        return new Reading(done, Elapsed.Since(start));
    }

    /// <summary>Takes every slot.</summary>
    public void SubmitAll()
    {
        for (var left = (long)_requests * Iocb2.SizeOf; left > 0; left -= RunBytes)
        {
            _context.Submit(_iocbs.At, (int)Math.Min(left, RunBytes));
        }
    }

    /// <summary>Takes every event.</summary>
    public void ReapAll()
    {
        for (var left = (long)_requests * IoEvent2.SizeOf; left > 0;)
        {
            left -= _events.Take(_buffer.At, (int)_buffer.Length, wait: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _iocbs.Dispose();
        _buffer.Dispose();
    }
}
