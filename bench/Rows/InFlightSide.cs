using System.Diagnostics;
using AioV2.Abi;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Many requests at once: NOPs are submitted until all slots are taken, then all their events are reaped.</summary>
internal sealed unsafe class InFlightSide : ISide
{
    private readonly ContextUnderTest _context;
    private readonly IEventSource _events;
    private readonly NativeBytes _iocbs, _buffer = new(1 << 20);
    private readonly int _requests, _recordBytes, _runBytes;

    /// <summary>Sets up a context with so many slots.</summary>
    /// <param name="stage">Where.</param>
    /// <param name="requests">Requests at once.</param>
    /// <param name="ringBytes">Data area of the ring.</param>
    /// <param name="reaping">How events are taken.</param>
    /// <param name="asks">Whether each NOP asks for something (RETRY, without a return): then it is a request with a block of its own,
    /// until its event is delivered, and its event is as large as without. The kernel keeps less of a bare NOP.</param>
    public InFlightSide(Stage stage, int requests, uint ringBytes, Reaping reaping, bool asks)
    {
        _requests = requests;
        _recordBytes = Iocb2.SizeOf + (asks ? Aio2Attr.SizeOf : 0);
        _runBytes = (int)Aio2.SubmitMax / _recordBytes * _recordBytes;
        _iocbs = new NativeBytes(_runBytes);
        _context = new ContextUnderTest(stage, requests, ringBytes, EventSources.SetupFlags(reaping));
        _events = EventSources.Make(_context, reaping);
        for (var i = 0; i < _runBytes / _recordBytes; i++)
        {
            var iocb = (Iocb2*)(_iocbs.At + (i * _recordBytes));
            *iocb = new Iocb2 { Bytes = (uint)_recordBytes, Opcode = Aio2Op.Nop, UserData = (ulong)i };
            if (asks)
            {
                *(Aio2Attr*)(iocb + 1) = new Aio2Attr { Bytes = Aio2Attr.SizeOf, Type = Aio2AttrType.Retry, Flags = Aio2AttrFlags.Noreturn };
            }
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
        for (var left = (long)_requests * _recordBytes; left > 0; left -= _runBytes)
        {
            _context.Submit(_iocbs.At, (int)Math.Min(left, _runBytes));
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
