using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Simulated;

/// <summary>A deterministic scheduler with faults over the real calls, so that a schedule can be had again from a number.</summary>
/// <remarks>
/// <para>Each request has a number, by the order of submission; its delays and faults follow from the seed, that number and
/// the attempt. The one with the earliest time on the virtual clock runs next, in the thread that steps. No request is
/// begun before its step, so until then every one can be cancelled.</para>
/// <para>The lock is never held while a context is called or a real call is made.</para></remarks>
internal sealed unsafe partial class SimulatedEngine : IEngine
{
    private readonly SimulationOptions _options;
    private readonly Lock _lock = new();
    private readonly Lock _stepping = new();
    private readonly PriorityQueue<ulong, (long Due, ulong Tie)> _schedule = new();
    private readonly Dictionary<ulong, Waiting> _waiting = [];
    private readonly HashSet<ulong> _heldBack = [];
    private readonly BlockedRequests _blocked = new();
    private Pollfd[] _sources = new Pollfd[16];
    private readonly Queue<nint> _cancelled = new();
    private readonly List<SimulationStep> _log = [];
    private readonly long _epoch = MonotonicClock.Now;
    private readonly int _bell;
    private Thread? _thread;
    private ulong _submitted;

    // The request whose step is made now, 0 if there is none; whether the step may leave it unfinished; and whether it is to
    // end then.
    private ulong _inStep;
    private bool _inStepMayGoOn;
    private bool _inStepIsCancelled;

    // Whether a request came to wait for a stream since the thread looked what it is to poll for.
    private bool _isBlockedNew;
    private long _elapsed;
    private int _replayed;
    private bool _logIsComplete = true;
    private volatile bool _stopping;

    public SimulatedEngine(SimulationOptions options)
    {
        _options = options;
        _bell = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (_bell < 0)
        {
            throw new NotSupportedException($"eventfd: {Errno.NameOf(-_bell)}");
        }
    }

    private enum Place
    {
        Scheduled,
        Blocked,
        Held,
    }

    // A request that is between two attempts.
    private record struct Waiting(nint Request, uint Attempt, Place Place);

    public string Name => "simulated";

    public bool NeedsHeldFiles => true;

    /// <summary>The virtual clock, ns.</summary>
    public long Now => _epoch + Volatile.Read(ref _elapsed);

    public int Unfinished
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    public SimulationLog Log
    {
        get
        {
            lock (_lock)
            {
                return new SimulationLog([.. _log], _logIsComplete);
            }
        }
    }

    public bool TryInline(Request* request, int userFd) => false;

    public void Submit(Request* first, int count)
    {
        ulong oldest;
        lock (_lock)
        {
            oldest = _submitted + 1;
            while (first != null)
            {
                var r = first;
                first = r->Next;
                var number = ++_submitted;
                r->EngineWord = number;

                // From here on cancels come to Cancel; before, they are the context's own affair.
                if (Interlocked.CompareExchange(ref r->State, (int)RequestState.Running, (int)RequestState.Queued) != (int)RequestState.Queued)
                {
                    _cancelled.Enqueue((nint)r);
                    continue;
                }

                Schedule(number, new Waiting((nint)r, 0, Place.Scheduled));
            }
        }

        if (!RunInCaller(oldest))
        {
            Rouse();
        }
    }

    // True, if that leaves the thread nothing to do that it does not know of.
    private bool RunInCaller(ulong oldest)
    {
        if (_options.InCaller == 0 || _options.Driven || !new SeededDraw(_options.Seed, oldest, uint.MaxValue).Happens(_options.InCaller))
        {
            return false;
        }

        while (Step())
        {
        }

        _ = EndAllCancelled();
        lock (_lock)
        {
            return !_isBlockedNew;
        }
    }

    public CancelAnswer Cancel(Request* request)
    {
        lock (_lock)
        {
            if (!Leave(request->EngineWord))
            {
                return CancelInStep(request);
            }

            _cancelled.Enqueue((nint)request);
        }

        if (_options.InCaller == 0)
        {
            Rouse();
        }

        return CancelAnswer.Told;
    }

    public void EndCancelled()
    {
        if (_options.InCaller != 0 && EndAllCancelled() && _thread is not null)
        {
            // It may be in a poll, which holds the files of those that were blocked.
            Ring();
        }
    }

    public bool IsCancellable(Request* request)
    {
        lock (_lock)
        {
            return _waiting.ContainsKey(request->EngineWord) || MayBeLeft(request);
        }
    }

    // Under the lock: a request is no longer between two attempts, if it was.
    private bool Leave(ulong number)
    {
        if (!_waiting.Remove(number, out var waiting))
        {
            return false;
        }

        if (waiting.Place == Place.Blocked)
        {
            _blocked.Remove((Request*)waiting.Request);
        }

        return true;
    }

    // A step on a stream may find that it would wait, and one that is cut short or interrupted leaves work for another: who
    // destroys the context would wait for a step that nobody makes.
    private CancelAnswer CancelInStep(Request* request)
    {
        if (!MayBeLeft(request))
        {
            return CancelAnswer.Running;
        }

        _inStepIsCancelled = true;
        return CancelAnswer.Told;
    }

    private bool MayBeLeft(Request* request) =>
        request->EngineWord == _inStep && !_inStepIsCancelled && (_inStepMayGoOn || (request->Traits & RequestTraits.Pollable) != 0);

    public void Hold(ulong userData)
    {
        lock (_lock)
        {
            _ = _heldBack.Add(userData);
        }
    }

    public void Release(ulong userData)
    {
        lock (_lock)
        {
            _ = _heldBack.Remove(userData);
            foreach (var (number, waiting) in _waiting.Where(w => w.Value.Place == Place.Held && UserData(w.Value) == userData).ToList())
            {
                Schedule(number, waiting);
            }
        }

        Rouse();
    }

    public void Dispose()
    {
        _stopping = true;
        if (_thread is { } thread)
        {
            Ring();
            thread.Join();
        }

        _ = Libc.Close(_bell);
    }

    // One that was cut short and not gone on with ends with what it has moved (CANCEL-2).
    private static long CancelledResult(Request* r) => r->Transferred != 0 ? (long)r->Transferred : -Errno.ECANCELED;

    private static ulong UserData(in Waiting waiting) => Request.Iocb((Request*)waiting.Request)->UserData;

    // Under the lock: at its time, which the seed chooses, and among equals in the order that the seed chooses.
    private void Schedule(ulong number, in Waiting waiting)
    {
        var draw = new SeededDraw(_options.Seed, number, (waiting.Attempt * 2) + 1);
        var span = (ulong)Math.Max(0, _options.DelayMax - _options.DelayMin);
        var due = _elapsed + Math.Max(0, _options.DelayMin) + (long)draw.Below(span + 1);
        _waiting[number] = waiting with { Place = Place.Scheduled };
        _schedule.Enqueue(number, (due, draw.Next()));
    }

    // A driven engine has a thread only to end what was cancelled: destroy waits for that, and nobody may be left to step.
    private void Rouse()
    {
        if (_thread is null)
        {
            lock (_lock)
            {
                if (_thread is null && (!_options.Driven || _cancelled.Count != 0))
                {
                    var thread = new Thread(Work, 256 * 1024) { IsBackground = true, Name = "aio2-simulated" };
                    thread.UnsafeStart();
                    _thread = thread;
                }
            }
        }

        if (_thread is not null)
        {
            Ring();
        }
    }

    private void Ring()
    {
        ulong one = 1;
        _ = Libc.Write(_bell, &one, sizeof(ulong));
    }

    private void Work()
    {
        while (!_stopping)
        {
            _ = EndAllCancelled();
            if (_options.Driven || !Step())
            {
                AwaitNews();
            }
        }
    }

    // True, if there were any.
    private bool EndAllCancelled()
    {
        var batch = default(CompletionBatch);
        var any = false;
        while (true)
        {
            Request* r;
            lock (_lock)
            {
                if (!_cancelled.TryDequeue(out var next))
                {
                    break;
                }

                r = (Request*)next;
            }

            any = true;
            batch.End(r, CancelledResult(r));
        }

        batch.Flush();
        return any;
    }

    // Sleeps until the bell is rung or a stream that somebody waits for is ready.
    private void AwaitNews()
    {
        int sources;
        lock (_lock)
        {
            _isBlockedNew = false;
            _sources[0] = new Pollfd { Fd = _bell, Events = Libc.POLLIN };
            sources = _options.Driven ? 1 : _blocked.Collect(ref _sources, 1);
        }

        fixed (Pollfd* p = _sources)
        {
            // A request that is cancelled meanwhile may close its file: then the bell has rung as well.
            _ = Libc.Poll(p, (nuint)sources, -1);
        }

        ulong count;
        _ = Libc.Read(_bell, &count, sizeof(ulong));
    }
}
