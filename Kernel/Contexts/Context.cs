using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

/// <summary>One context: slots, requests, the ring with its overflow list, the waiters, the eventfd.</summary>
/// <remarks>
/// <para>Invariants, all under <see cref="_lock"/> unless said otherwise:</para>
/// <list type="number">
/// <item>Slots: <c>nr_reqs = free + outstanding</c> (RING-9). A request is outstanding, and keeps its slot, until its event is in
/// the ring or was copied out; <see cref="_unfinished"/> counts those whose result is not decided. The blocks are fewer: bare NOPs
/// on the list share them (<see cref="NopRun"/>).</item>
/// <item>While the list is not empty nothing goes into the ring but the list's oldest (RING-7).</item>
/// <item>A ring that exists and is not CORRUPT receives every event; otherwise the list is the ready list, from which
/// io_getevents2 copies, one call at a time (<see cref="_copying"/>).</item>
/// <item>While a ring that was moved away from is not seen empty (<see cref="_moving"/>), nothing goes into the new one (RING-11).</item>
/// <item>OVERFLOW stands in the newest ring's flags while the list, or what a call has taken off it and not yet copied, is not
/// empty, and during a move, at each release of the lock.</item>
/// <item><see cref="CallMarks"/> tell which calls are inside; with the top bit of <see cref="_gate"/> no new one enters, and the rest of it
/// counts the passes that outlive their hold of the lock, and calls inside of calls. Destroy frees what is native only with neither inside and nothing
/// unfinished; whoever touches the context after its last request completed is inside.</item>
/// <item>Nothing here waits for I/O or touches user memory while it holds the lock.</item>
/// </list></remarks>
internal sealed unsafe partial class Context
{
    private const long Dying = long.MinValue;

    private readonly ContextLock _lock = new();
    private readonly uint _nrReqs;
    private readonly bool _submitAll;
    private readonly bool _isDeferred;
    private readonly long _mark = CallMarks.NewOwner();
    private long _gate;
    private long _freeSlots;
    private bool _dying;
    private bool _copying;
    private ulong _nextId;
    private ulong _position;
    private ulong _padAt;
    private uint _padBytes;
    private nint _handle;
    private RequestSlab _slab;
    private readonly FileSeats _files = new();
    private OutstandingList _outstanding;
    private long _unfinished;
    private RequestQueue _list;
    private WaiterQueue _waiters;
    private EventFdSignal? _eventFd;
    private RingMemory? _memory;
    private RingProducer? _ring;

    public Context(EmbeddedKernel kernel, uint nrReqs, uint maxEventBytes, bool submitAll, bool isDeferred = false)
    {
        Kernel = kernel;
        MaxEventBytes = maxEventBytes;
        _nrReqs = nrReqs;
        _freeSlots = nrReqs;
        _submitAll = submitAll;
        _isDeferred = isDeferred;
    }

    public EmbeddedKernel Kernel { get; }

    /// <summary>The id; given once the context is in the table.</summary>
    public uint Id { get; set; }

    public uint NrReqs => _nrReqs;

    /// <summary>Largest event accepted (ATTR-6); a RESIZE changes it.</summary>
    public uint MaxEventBytes { get; private set; }

    /// <summary>The user's view of the ring, or null.</summary>
    public RingMemory? Ring => _memory;

    /// <summary>The context that a request belongs to.</summary>
    public static Context Of(Request* r) => (Context)GCHandle.FromIntPtr(r->Owner).Target!;

    /// <summary>At set-up: the ring, before the id is known to anybody.</summary>
    public void UseRing(RingMemory memory) => _memory = memory;

    /// <summary>At set-up, with the id: the ring's header is written, the producer takes over, and recording begins.</summary>
    public void Begin()
    {
        if (_memory is { } memory)
        {
            _ring = RingProducer.Create(memory.Kernel, memory.Layout, MaxEventBytes, Id);
        }

        if (Kernel.Options.Trace is { } trace)
        {
            UseTrace(trace.Open(Id));
        }
    }

    /// <summary>Frees what a failed set-up had made, the user's view too (SETUP-10).</summary>
    public void Abandon()
    {
        _memory?.UnmapUser();
        FreeNative();
    }

    /// <summary>Whether no destroy of it had begun.</summary>
    public bool IsOpen => Volatile.Read(ref _gate) >= 0;

    /// <summary>Enters the context for one call: false once its destroy has begun.</summary>
    public bool TryEnter()
    {
        if (!CallMarks.TrySet(_mark))
        {
            Count();
        }

        if (IsOpen)
        {
            return true;
        }

        Exit();
        return false;
    }

    /// <summary>Leaves the context.</summary>
    public void Exit()
    {
        if (!CallMarks.Clear())
        {
            Uncount();
        }
        else if (!IsOpen)
        {
            Quiet.Announce();
        }
    }

    // Once destroy has closed the context: whether a call or a pass is inside.
    private bool IsEntered => Volatile.Read(ref _gate) != Dying || CallMarks.Has(_mark);

    // A pass that began under the lock and goes on behind it, or a call inside of another.
    private void Count() => Interlocked.Increment(ref _gate);

    private void Uncount()
    {
        if (Interlocked.Decrement(ref _gate) == Dying)
        {
            Quiet.Announce();
        }
    }

    /// <summary>Whether events go to the list alone: the ring is private, or CORRUPT.</summary>
    private bool IsDirect => _ring is not { IsCorrupt: false };

    /// <summary>The engine's "interrupt": requests of this context that ended together, linked by Next, with
    /// <see cref="RequestHooks.AtComplete"/> done (RING-10).</summary>
    public void CompletePass(Request* first)
    {
        Waiter* roused;
        bool dying;
        _lock.Enter();
        Drain();
        var traced = _trace is null ? 0 : TraceChain(first);
        PostChain(first);
        if (traced != 0)
        {
            TraceRing(traced);
        }

        roused = WakeReady();
        dying = _dying;
        var signal = SignalOfPass();
        if (signal is not null || roused != null)
        {
            // The requests are no longer unfinished: this keeps destroy from freeing what is still used below.
            Count();
        }

        _lock.Exit();
        if (signal is not null || roused != null)
        {
            AfterPass(signal, roused);
            Uncount();
        }

        if (dying)
        {
            Quiet.Announce();
        }
    }

    // Rouses waiters and signals the eventfd, once, after the last event of the pass is visible (RING-10).
    private static void AfterPass(EventFdSignal? signal, Waiter* roused)
    {
        Waiter.Rouse(roused);
        if (signal is not null)
        {
            signal.Signal();
            signal.Drop();
        }
    }

    // Under the lock, with all events of the pass published: the eventfd to signal, held, or null.
    private EventFdSignal? SignalOfPass()
    {
        // LoadUserFlags is: publish, full fence, load. Pairs with the user's clear, full fence, test of RING-8.
        if (_eventFd is not { } signal || (_ring is { } ring && (ring.LoadUserFlags() & Aio2User.EventfdOff) != 0))
        {
            return null;
        }

        signal.Hold();
        return signal;
    }

    // Puts the events of a chain where they belong. The list is as drained as it can be.
    private void PostChain(Request* first)
    {
        uint overflowed = 0;
        while (first != null)
        {
            var r = first;
            first = r->Next;
            _unfinished--;
            if (r->DeadlinePlace != 0)
            {
                _deadlines.Remove(r);
            }

            overflowed += MustWaitForEdges(r) || Post(r) ? 0u : 1u;
        }

        PublishPosted(overflowed);
    }

    // True: it is in the ring (not yet published). False: on the list.
    private bool Post(Request* r)
    {
        if (_list.IsEmpty && !_moving && TryPut(r))
        {
            Free(r);
            return true;
        }

        r->State = (int)RequestState.Done;
        _list.Append(r);
        return false;
    }

    // Tail first, then OVERFLOW: with the second store the events on the list count as completed (RING-8).
    private void PublishPosted(uint overflowed)
    {
        if (_ring != null)
        {
            _ring.Publish();
            if (overflowed != 0)
            {
                _ring.RaiseOverflow(overflowed);
            }
        }
    }

    // Moves the list into the ring as far as there is room: record, tail (release), off the list, and only then the flag.
    private void Drain()
    {
        if (_moving)
        {
            EndMoveIfEmpty();
        }

        if (_list.IsEmpty || _moving || IsDirect || _copying)
        {
            return;
        }

        while (!_list.IsEmpty && TryPutFirst())
        {
        }

        _ring!.Publish();
        if (_list.IsEmpty)
        {
            _ring.ClearOverflow();
        }
    }

    // The list's first, or some of a run of NOPs, goes into the ring, unpublished, and off the list. False: there is no room.
    private bool TryPutFirst()
    {
        var r = _list.First;
        if ((r->Traits & RequestTraits.Run) != 0)
        {
            return TryPutNops(r);
        }

        if (!TryPut(r))
        {
            return false;
        }

        Free(_list.TakeFirst());
        return true;
    }

    // Copies an event into the ring, unpublished.
    private bool TryPut(Request* r)
    {
        if (_ring == null || !_ring.TryReserve(r->EventBytes, out var place))
        {
            return false;
        }

        NotePlace(place, r->EventBytes);
        if (r->EventBytes == IoEvent2.SizeOf)
        {
            // The size is known to the compiler: no call.
            *(IoEvent2*)place = *Request.Event(r);
        }
        else
        {
            Buffer.MemoryCopy(Request.Event(r), place, r->EventBytes, r->EventBytes);
        }

        return true;
    }

    // Room for events of one size side by side, unpublished: for how many; 0, if there is none.
    private int ReserveEvents(int eventBytes, int count, out byte* place)
    {
        var run = _ring!.ReserveRun((uint)eventBytes, count, out place);
        if (run != 0)
        {
            NotePlace(place, (uint)(run * eventBytes));
        }

        return run;
    }

    // What was reserved begins at a place: where the ring stands, and where a PAD came to stand.
    private void NotePlace(byte* place, uint bytes)
    {
        var expected = (uint)_position & (_ring!.RingBytes - 1);
        if (place != _memory!.Kernel + _memory.Layout.DataOffset + expected)
        {
            _padAt = _position;
            _padBytes = _ring.RingBytes - expected;
            _position += _padBytes;
        }

        _position += bytes;
    }

    // The event is delivered: block and slot come back.
    private void Free(Request* r)
    {
        if ((r->Traits & (RequestTraits.More | RequestTraits.HasMore | RequestTraits.Run)) != 0)
        {
            FreeUnusual(r);
            return;
        }

        r->State = (int)RequestState.Free;
        _outstanding.Remove(r);
        _slab.Return(r);
        _freeSlots++;
    }

    private void FreeUnusual(Request* r)
    {
        if ((r->Traits & RequestTraits.Run) != 0)
        {
            FreeNops(r, NopRun.Of(r)->Count);
        }
        else
        {
            FreeMulti(r);
        }
    }

    // Bytes of events that a call could find now: exactly, by the kernel's own numbers. Look and wake-up decide by the same
    // sum, else a waiter that is woken for a PAD would wake itself for ever.
    private ulong Available()
    {
        var source = Source;
        if (source is null || !source.Observe())
        {
            return _list.EventBytes;
        }

        // At most one PAD lies between head and tail, since they are at most a ring apart.
        var pad = source.Head <= _padAt && _padBytes != 0 ? _padBytes : 0;
        return source.Tail - source.Head - pad + _list.EventBytes;
    }

    private Waiter* WakeReady() => _waiters.Count == 0 ? null : _waiters.TakeReady(Available(), !_copying, _dying);

    private void FreeNative()
    {
        FreeDeferred();
        FreeLane();
        _eventFd?.Drop();
        _eventFd = null;
        _memory?.Drop();
        _memory = null;
        _oldMemory?.Drop();
        _oldMemory = null;
        _slab.Dispose();
        _files.Free();
        _deadlines.Dispose();
        if (_handle != 0)
        {
            GCHandle.FromIntPtr(_handle).Free();
            _handle = 0;
        }

        Debug.Assert(_unfinished == 0, "a request outlives its context");
    }
}
