using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Abi.Trace;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tracing;

/// <summary>Records what happens in kernels of this process to a file: calls, the life of each request, ring and overflow list.</summary>
/// <remarks>
/// <para>Given by <see cref="KernelOptions.Trace"/>; the calls are those of <see cref="Calls"/>. Each context tells a stream of its own, and
/// one thread turns what they told into the file. Recording never waits for that thread: what it cannot follow is counted in END and
/// in a LOST record where it is missing.</para>
/// <para>A context that is used while it is recorded takes 1 MiB more.</para></remarks>
public sealed class KernelTrace : IDisposable
{
    /// <summary>Where a trace stops growing unless it is told otherwise.</summary>
    public const long DefaultLimitBytes = 1L << 30;

    private const int LookEveryMs = 100;

    // A disk that takes longer than this keeps a destroy no longer.
    private const int SettleMs = 2000;

    private readonly TraceFileWriter _file;
    private readonly TraceSink _sink;
    private readonly Lock _gate = new();
    private readonly List<TraceStream> _streams = [];
    private readonly ManualResetEventSlim _wake = new();
    private readonly object _rounds = new();
    private ulong _begun, _done;
    private readonly Thread _writer;
    private ulong _lost;
    private volatile bool _ending;
    private bool _ended;

    private KernelTrace(TraceFileWriter file, long limitBytes)
    {
        _file = file;
        _sink = new TraceSink(file, limitBytes);
        WithoutContext = Open(0);
        _writer = new Thread(Write) { IsBackground = true, Name = "aio2-trace" };
        _writer.Start();
    }

    /// <summary>Calls that have no context tell this one.</summary>
    internal TraceStream WithoutContext { get; }

    /// <summary>Why the file could not be written to its end, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>Begins to record to a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="engine">The engine's name, as the trace is to tell it.</param>
    /// <param name="limitBytes">Bytes at which the file stops growing; what comes later is counted as lost.</param>
    /// <param name="replace">Whether a file that is there is replaced; else that is an error.</param>
    /// <exception cref="IOException">The file cannot be written, or is there.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static KernelTrace Create(string path, string engine = "", long limitBytes = DefaultLimitBytes, bool replace = true) =>
        new(new TraceFileWriter(path, TraceStart.Now("kernel", engine), replace), limitBytes);

    /// <summary>The calls of a kernel that was made with this trace, recorded.</summary>
    public IAio2 Calls(EmbeddedKernel kernel) => new TracedCalls(kernel, this);

    /// <summary>Writes what was told and ends the file. What happens later is not recorded. Twice is once.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
        }

        _ending = true;
        _wake.Set();
        _writer.Join();
        try
        {
            if (Error is null)
            {
                _file.Close((ulong)MonotonicClock.Now, _lost + _sink.Lost, _sink.Lost != 0 ? "limit" : "closed");
            }
        }
        catch (IOException e)
        {
            Error = e.Message;
        }

        _file.Dispose();
    }

    /// <summary>A stream for a context.</summary>
    internal TraceStream Open(uint ctx)
    {
        var stream = new TraceStream(this, ctx);
        lock (_gate)
        {
            if (_ended)
            {
                stream.Close();
            }
            else
            {
                _streams.Add(stream);
            }
        }

        return stream;
    }

    /// <summary>io_submit2 on an id that is no context's.</summary>
    internal unsafe void TellRefusedSubmit(uint ctx, nuint bytes)
    {
        var now = MonotonicClock.Now;
        var entry = WithoutContext.Begin(Aio2TraceKind.Submit, now, TraceStream.RoomFor(0));
        if (entry != null)
        {
            new Span<ulong>(entry, TraceStream.Numbers(Aio2TraceKind.Submit)).Clear();
            TracedCalls.Head(entry, now, now, -Errno.ENXIO);
            entry[Aio2TraceSubmit.Ctx] = ctx;
            entry[Aio2TraceSubmit.Bytes] = bytes;
            _ = WithoutContext.Append(TraceStream.Blobs(entry, Aio2TraceKind.Submit), null, 0);
            WithoutContext.End();
        }
    }

    /// <summary>There is much to write.</summary>
    internal void Wake()
    {
        if (!_wake.IsSet)
        {
            _wake.Set();
        }
    }

    /// <summary>Waits until what was told before is in the file: a process may end by <c>_exit</c> once it has destroyed its contexts.</summary>
    internal void Settle()
    {
        var until = Environment.TickCount64 + SettleMs;
        lock (_rounds)
        {
            var wanted = _begun + 1;
            _wake.Set();
            while (_done < wanted && Error is null && !_ending && Environment.TickCount64 < until)
            {
                _ = Monitor.Wait(_rounds, LookEveryMs);
            }
        }
    }

    private void Write()
    {
        try
        {
            var pause = LookEveryMs;
            for (var last = false; !last;)
            {
                _ = _wake.Wait(pause);
                _wake.Reset();
                lock (_rounds)
                {
                    _begun++;
                }

                last = _ending;
                if (last)
                {
                    CloseAll();
                }

                pause = DrainAll();
                _file.Flush();
                lock (_rounds)
                {
                    _done = _begun;
                    Monitor.PulseAll(_rounds);
                }
            }
        }
        catch (IOException e)
        {
            // A full disk. Nobody drains any more: the streams fill, and what is told is dropped.
            Error = e.Message;
        }
    }

    private void CloseAll()
    {
        lock (_gate)
        {
            foreach (var stream in _streams)
            {
                stream.Close();
            }
        }
    }

    // Until when nothing is to be done unless somebody wakes the writer, ms.
    private int DrainAll()
    {
        var pause = LookEveryMs;
        List<TraceStream> streams;
        lock (_gate)
        {
            streams = [.. _streams];
        }

        foreach (var stream in streams)
        {
            if (stream.Drain(_sink))
            {
                var rest = stream.Rest(Environment.TickCount64);
                pause = rest > 0 ? Math.Min(pause, rest) : pause;
                continue;
            }

            _lost += stream.Lost;
            lock (_gate)
            {
                _streams.Remove(stream);
            }
        }

        return pause;
    }
}
